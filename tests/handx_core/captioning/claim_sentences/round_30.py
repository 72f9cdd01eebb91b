"""The thirtieth of the rounds that `round_1` begins: captions of several sentences by models."""

SENTENCES = [
    (
        "pinch",
        "right",
        True,
        "The index finger closes quickly onto the thumb in the early part of the clip. They remain joined for "
        "nearly a second before the index finger slowly opens away from the thumb.",
    ),
    (
        "pinch",
        "right",
        False,
        "The index finger closes quickly onto the thumb in the early part of the clip. They remain joined to the "
        "very end.",
    ),
    (
        "pinch",
        "right",
        True,
        "Initially all fingers are extended. The index finger then flexes quickly, contacting the thumb at frame "
        "14, holds that contact until frame 40 and re-extends slowly thereafter.",
    ),
    (
        "pinch",
        "right",
        False,
        "Initially all fingers are flexed. The index finger then extends quickly, leaving the thumb at frame 14, "
        "and re-flexes slowly thereafter.",
    ),
    (
        "pinch",
        "right",
        True,
        "Throughout the clip the middle, ring, and pinky fingers remain straight and adjacent; only the index "
        "finger changes, bending early and straightening late.",
    ),
    (
        "pinch",
        "right",
        False,
        "Throughout the clip the middle, ring, and pinky fingers remain straight and adjacent; only the thumb "
        "changes, bending early and straightening late.",
    ),
    (
        "pinch",
        "left",
        True,
        "Fully clenched for the entire clip, the left hand climbs at medium speed between frames 10 and 30; before "
        "and after, it is still.",
    ),
    (
        "pinch",
        "left",
        False,
        "Fully clenched for the entire clip, the left hand climbs at medium speed between frames 35 and 55; before "
        "and after, it is still.",
    ),
    (
        "pinch",
        "interaction",
        True,
        "The hands are at the same height until about frame 12. The left one then rises, leaving the right one "
        "underneath; the distance between the palms stays large.",
    ),
    (
        "pinch",
        "interaction",
        False,
        "The hands are at the same height until about frame 12. The left one then sinks, leaving the right one on "
        "top; the distance between the palms stays large.",
    ),
    (
        "pinch",
        "interaction",
        True,
        "No contact between the hands is seen, and they are far apart at all times. The left hand ends higher.",
    ),
    (
        "pinch",
        "interaction",
        False,
        "The palms start far apart and come near each other as the left hand rises. The left hand ends higher.",
    ),
    (
        "claps",
        "left",
        True,
        "Three times, the left hand rushes rightward to meet the other palm and rushes back leftward. No finger bends.",
    ),
    (
        "claps",
        "left",
        False,
        "Three times, the left hand rushes rightward to meet the other palm and rushes back leftward. Meanwhile "
        "its fingers bend.",
    ),
    (
        "claps",
        "right",
        True,
        "The right hand executes fast leftward movements beginning at frames 4, 20 and 36; each is reversed by a "
        "fast rightward movement.",
    ),
    (
        "claps",
        "right",
        False,
        "The right hand executes fast upward movements beginning at frames 4, 20 and 36; each is reversed by a "
        "fast downward movement.",
    ),
    (
        "claps",
        "interaction",
        True,
        "Palms clap three times in total. After every clap they are quickly driven apart, and the last time they "
        "stay apart.",
    ),
    (
        "claps",
        "interaction",
        False,
        "Palms clap three times in total. After every clap they are slowly drawn apart, and the last time they "
        "stay apart.",
    ),
    (
        "claps",
        "interaction",
        True,
        "The palms first touch at frame 10, then at frame 26, and finally at frame 42. In between they are apart.",
    ),
    (
        "claps",
        "interaction",
        False,
        "The palms first touch at frame 10 and finally at frame 26. After that they are apart.",
    ),
    (
        "claps",
        "interaction",
        True,
        "The palms are far apart at the beginning and at the end, with three brief touches in between; they are "
        "always at the same height.",
    ),
    (
        "claps",
        "interaction",
        False,
        "The palms are far apart at the beginning and together at the end; they are always at the same height.",
    ),
    (
        "wave",
        "left",
        True,
        "The thumb is bent back at its end joint from start to finish. The pinky is the first finger to curl, the "
        "ring and middle fingers are next, and the index finger is last.",
    ),
    (
        "wave",
        "left",
        False,
        "The thumb is bent back at its end joint from start to finish. The index is the first finger to curl, the "
        "middle and ring fingers are next, and the pinky is last.",
    ),
    (
        "wave",
        "left",
        True,
        "All four fingers are extended at first. One by one, from pinky to index, they bend fully and stay that way.",
    ),
    (
        "wave",
        "left",
        False,
        "All four fingers are flexed at first. One by one, from pinky to index, they straighten fully and stay "
        "that way.",
    ),
    (
        "wave",
        "left",
        True,
        "The hand ends with the four fingers folded, the thumb hyperextended and the wrist where it was at the start.",
    ),
    (
        "wave",
        "right",
        True,
        "A quick rise with a leftward shift happens in the first quarter. The hand then hovers until frame 30, "
        "from where it sinks slowly until frame 50.",
    ),
    (
        "wave",
        "right",
        False,
        "A slow rise with a leftward shift happens in the first quarter. The hand then hovers until frame 30, from "
        "where it sinks quickly until frame 50.",
    ),
    (
        "wave",
        "right",
        True,
        "The gap between the index and middle fingers opens midway (frames 20 to 27); the other two gaps stay "
        "closed, and no finger bends.",
    ),
    (
        "wave",
        "right",
        False,
        "The gap between the ring finger and the pinky opens midway (frames 20 to 27); the other two gaps stay "
        "closed, and no finger bends.",
    ),
    (
        "wave",
        "interaction",
        True,
        "The right palm is in front of the left one in every frame. In the middle of the clip it is also higher, "
        "but by the end both are equally high. They stay a medium distance apart.",
    ),
    (
        "wave",
        "interaction",
        False,
        "The right palm is in front of the left one in every frame. In the middle of the clip it is also higher, "
        "and at the end it is higher still. They stay a medium distance apart.",
    ),
    ("wave", "interaction", True, "The hands do not touch or change their distance, which is medium throughout."),
    ("wave", "interaction", False, "The hands do not touch but change their distance, which is near at the end."),
    (
        "tips",
        "left",
        True,
        "With straight fingers, the left hand slowly advances until about frame 12. From then on it does not move, "
        "and its fingertips rest against those of the right hand until about frame 45.",
    ),
    (
        "tips",
        "left",
        False,
        "With straight fingers, the left hand slowly retreats until about frame 12. From then on it does not move, "
        "and its fingertips rest against those of the right hand until about frame 45.",
    ),
    (
        "tips",
        "right",
        True,
        "The hand stays put until frame 46 and then draws back. Its middle, ring and pinky fingers are half bent, "
        "while the index and the thumb are straight.",
    ),
    (
        "tips",
        "right",
        False,
        "The hand stays put until frame 46 and then draws back. Its index finger is half bent, while the other "
        "fingers are straight.",
    ),
    (
        "tips",
        "interaction",
        True,
        "The two index fingertips, like the other four pairs, meet at frame 12 and stay in contact until frame 45. "
        "The right index finger then reaches the left palm at about frame 52.",
    ),
    (
        "tips",
        "interaction",
        False,
        "The two index fingertips, like the other four pairs, meet at frame 12 and stay in contact until frame 45. "
        "The right index finger then reaches the left thumb at about frame 52.",
    ),
    (
        "tips",
        "interaction",
        True,
        "Both hands' fingertips touch finger by finger: thumb to thumb, index to index, middle to middle, ring to "
        "ring and pinky to pinky.",
    ),
    ("tips", "interaction", False, "Both hands' fingertips touch crosswise: thumb to pinky and index to ring."),
    (
        "tips",
        "interaction",
        True,
        "The right hand begins on the left of the left hand and ends on its right; it is above it all the while.",
    ),
    (
        "tips",
        "interaction",
        False,
        "The right hand begins on the right of the left hand and ends on its left; it is above it all the while.",
    ),
    ("tips", "interaction", True, "The palms approach slowly early on and are near from frame 16 to the end."),
    (
        "tips",
        "interaction",
        False,
        "The palms approach quickly late in the clip and are near from frame 50 to the end.",
    ),
    (
        "roll",
        "left",
        True,
        "Thumb contacts: index at frames 5-11, middle at frames 15-21, ring at frames 25-31, pinky at frames "
        "35-41. Then the wrist goes down.",
    ),
    (
        "roll",
        "left",
        False,
        "Thumb contacts: pinky at frames 5-11, ring at frames 15-21, middle at frames 25-31, index at frames "
        "35-41. Then the wrist goes down.",
    ),
    (
        "roll",
        "left",
        True,
        "The thumb visits the four fingertips one after another, releasing each one before moving on. When this is "
        "done, the hand sinks.",
    ),
    (
        "roll",
        "left",
        False,
        "The thumb visits the four fingertips all at once and holds them. When this is done, the hand sinks.",
    ),
    ("roll", "left", True, "The thumb touches the ring finger third and the pinky fourth."),
    ("roll", "left", False, "The thumb touches the ring finger first and the pinky second."),
    (
        "roll",
        "right",
        True,
        "Between frames 10 and 20 the hand snaps shut; between frames 36 and 46 it opens again, more slowly. In "
        "the meantime it is a fist.",
    ),
    (
        "roll",
        "right",
        False,
        "Between frames 10 and 20 the hand snaps open; between frames 36 and 46 it shuts again, more slowly.",
    ),
    ("roll", "right", True, "The hand opens less quickly than it closes."),
    (
        "roll",
        "interaction",
        True,
        "The left hand taps its own fingers while the right hand clenches and unclenches. The two are far apart "
        "and do not touch.",
    ),
    (
        "roll",
        "interaction",
        False,
        "The right hand taps its own fingers while the left hand clenches and unclenches. The two are far apart "
        "and do not touch.",
    ),
    (
        "fan",
        "left",
        True,
        "The fingers, straight throughout, are side by side at first, apart from frame 16 to frame 40, and side by "
        "side again at the end.",
    ),
    (
        "fan",
        "left",
        False,
        "The fingers, bent throughout, are side by side at first, apart from frame 16 to frame 40, and side by "
        "side again at the end.",
    ),
    (
        "fan",
        "left",
        True,
        "The index and middle, middle and ring, and ring and pinky fingers all spread and all close again.",
    ),
    (
        "fan",
        "right",
        True,
        "In the first third of the clip the hand slowly backs up; midway it hurries to the right. Its index finger "
        "is hyperextended for a time at the knuckle.",
    ),
    (
        "fan",
        "right",
        False,
        "In the first third of the clip the hand slowly backs up; midway it hurries to the left. Its index finger "
        "is hyperextended for a time at the knuckle.",
    ),
    (
        "fan",
        "interaction",
        True,
        "Initially close, the palms part quickly when the right hand moves to the right. By then the right hand is "
        "already behind the left.",
    ),
    (
        "fan",
        "interaction",
        False,
        "Initially distant, the palms join quickly when the right hand moves to the right. By then the right hand "
        "is already behind the left.",
    ),
    (
        "drum",
        "interaction",
        True,
        "Held above the left hand, the right hand taps the left palm three times with its straight index finger. "
        "The palms stay near each other.",
    ),
    (
        "drum",
        "interaction",
        False,
        "Held above the left hand, the right hand taps the left palm three times with its bent thumb. The palms "
        "stay near each other.",
    ),
    (
        "drum",
        "right",
        True,
        "Thumb, middle, ring and pinky stay fully bent. The hand drops quickly, rises quickly, and does this twice "
        "more.",
    ),
    (
        "drum",
        "right",
        False,
        "Thumb, middle, ring and pinky stay straight. The hand drops quickly, rises quickly, and does this twice more.",
    ),
    (
        "drum",
        "left",
        True,
        "Late in the clip the ring finger slowly bends half way, whereas the index, middle and pinky fingers stay "
        "straight. All stay spread.",
    ),
    (
        "drum",
        "left",
        False,
        "Late in the clip the ring finger slowly bends half way, and so do the index, middle and pinky fingers. "
        "All stay spread.",
    ),
]
