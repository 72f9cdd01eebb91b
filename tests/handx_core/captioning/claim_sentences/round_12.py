"""The twelfth of the rounds that `round_1` begins: as language models write captions."""

SENTENCES = [
    (
        "pinch",
        "right",
        True,
        "The right hand remains stationary while its index finger flexes quickly from frame 5 to 15, "
        "contacting the thumb.",
    ),
    (
        "pinch",
        "right",
        False,
        "The right hand remains stationary while its middle finger flexes quickly from frame 5 to 15, "
        "contacting the thumb.",
    ),
    ("pinch", "right", True, "During frames 14-40, the right thumb and index fingertip stay pressed together."),
    ("pinch", "right", False, "During frames 42-58, the right thumb and index fingertip stay pressed together."),
    (
        "pinch",
        "right",
        True,
        "After contact ends at frame 40, the index finger gradually extends until it is fully straight.",
    ),
    (
        "pinch",
        "right",
        False,
        "After contact ends at frame 40, the index finger gradually curls until it is fully bent.",
    ),
    ("pinch", "right", True, "Meanwhile, the middle, ring, and pinky fingers show no movement and stay extended."),
    ("pinch", "right", False, "Meanwhile, the middle, ring, and pinky fingers curl tightly into the palm."),
    ("pinch", "right", False, "The right thumb hyperextends as it presses against the index finger."),
    ("pinch", "left", True, "The left hand stays clenched in a tight fist and shifts upward between frames 10 and 30."),
    (
        "pinch",
        "left",
        False,
        "The left hand stays clenched in a tight fist and shifts leftward between frames 10 and 30.",
    ),
    ("pinch", "left", True, "All five left fingers are fully curled throughout the entire motion."),
    ("pinch", "left", False, "All five left fingers are fully extended throughout the entire motion."),
    ("pinch", "left", False, "The left hand gradually unclenches while moving upward."),
    (
        "pinch",
        "interaction",
        True,
        "Throughout the motion, the hands are separated by a large distance and no contact is made between them.",
    ),
    (
        "pinch",
        "interaction",
        False,
        "Throughout the motion, the hands are separated by a small distance and no contact is made between them.",
    ),
    ("pinch", "interaction", True, "As the left hand moves upward, the right hand becomes lower relative to it."),
    ("pinch", "interaction", False, "As the right hand moves upward, the left hand becomes lower relative to it."),
    (
        "claps",
        "left",
        True,
        "The left hand performs three rapid rightward sweeps, each ending in contact with the right palm "
        "before returning left.",
    ),
    (
        "claps",
        "left",
        False,
        "The left hand performs three slow rightward sweeps, each ending in contact with the right palm "
        "before returning left.",
    ),
    ("claps", "left", True, "All fingers of the left hand remain fully extended and close together."),
    ("claps", "left", False, "All fingers of the left hand remain partially bent and close together."),
    (
        "claps",
        "right",
        True,
        "The right hand repeatedly moves left and right at a fast speed, mirroring the left hand.",
    ),
    ("claps", "right", False, "The right hand repeatedly moves up and down at a fast speed, mirroring the left hand."),
    ("claps", "right", True, "No finger of the right hand bends or spreads during the clip."),
    ("claps", "right", False, "The index finger of the right hand bends during the clip."),
    (
        "claps",
        "interaction",
        True,
        "The palms make contact during frames 10-16, 26-32, and 42-48, with rapid separations in between.",
    ),
    (
        "claps",
        "interaction",
        False,
        "The palms make contact during frames 16-20, 32-36, and 48-52, with rapid separations in between.",
    ),
    (
        "claps",
        "interaction",
        True,
        "The hands transition from far apart to palm contact and back to far apart three times.",
    ),
    ("claps", "interaction", True, "The two palms quickly approach each other and collide, then rapidly move apart."),
    (
        "claps",
        "interaction",
        False,
        "The two palms quickly approach each other and collide, then stay in contact until the end of the clip.",
    ),
    ("claps", "interaction", False, "The right hand stays in front of the left hand throughout the clapping motion."),
    ("claps", "interaction", True, "Throughout the clip, the hands stay at the same height."),
    ("wave", "left", True, "The left fingers curl sequentially from pinky to index, each reaching a fully bent state."),
    (
        "wave",
        "left",
        False,
        "The left fingers curl sequentially from index to pinky, each reaching a fully bent state.",
    ),
    (
        "wave",
        "left",
        True,
        "The left pinky bends from frame 10 to 16, followed by the ring finger from frame 18 to 24.",
    ),
    (
        "wave",
        "left",
        False,
        "The left pinky bends from frame 18 to 24, followed by the ring finger from frame 30 to 36.",
    ),
    ("wave", "left", True, "The left thumb's end joint is hyperextended for the entire duration."),
    ("wave", "left", False, "The left thumb's end joint is flexed for the entire duration."),
    ("wave", "left", True, "The left wrist remains still while the fingers curl one by one."),
    ("wave", "left", False, "The left wrist moves downward while the fingers curl one by one."),
    (
        "wave",
        "right",
        True,
        "The right hand moves quickly upward and to the left in the early part, then slowly downward in the "
        "later part.",
    ),
    (
        "wave",
        "right",
        False,
        "The right hand moves quickly downward and to the right in the early part, then slowly upward in the "
        "later part.",
    ),
    (
        "wave",
        "right",
        True,
        "The gap between the right index and middle fingers opens from frame 20 to 28 and remains open.",
    ),
    (
        "wave",
        "right",
        False,
        "The gap between the right middle and ring fingers opens from frame 20 to 28 and remains open.",
    ),
    (
        "wave",
        "right",
        True,
        "The right fingers stay fully extended, with the index and middle fingers spreading apart midway.",
    ),
    (
        "wave",
        "right",
        False,
        "The right fingers curl into a fist, with the index and middle fingers touching the thumb midway.",
    ),
    (
        "wave",
        "interaction",
        True,
        "The hands maintain a medium distance from each other, with the right hand positioned in front of the left.",
    ),
    (
        "wave",
        "interaction",
        False,
        "The hands maintain a medium distance from each other, with the left hand positioned in front of the right.",
    ),
    (
        "wave",
        "interaction",
        True,
        "The right hand transitions from being level with the left hand to being above it, and then back to level.",
    ),
    (
        "wave",
        "interaction",
        False,
        "The right hand transitions from being level with the left hand to being below it, and then back to level.",
    ),
    (
        "tips",
        "left",
        True,
        "The left hand shifts forward slowly between frames 2 and 12 while all of its fingers stay extended.",
    ),
    (
        "tips",
        "left",
        False,
        "The left hand shifts backward slowly between frames 2 and 12 while all of its fingers stay extended.",
    ),
    ("tips", "left", False, "The left index finger curls to touch the left thumb."),
    (
        "tips",
        "right",
        True,
        "The right middle, ring, and pinky fingers hold a partially bent posture, while the thumb and index "
        "finger stay extended.",
    ),
    (
        "tips",
        "right",
        False,
        "The right middle, ring, and pinky fingers hold a fully bent posture, while the thumb and index "
        "finger stay extended.",
    ),
    ("tips", "right", True, "Toward the end, the right hand moves backward at a medium speed."),
    ("tips", "right", False, "Toward the end, the right hand moves upward at a medium speed."),
    (
        "tips",
        "interaction",
        True,
        "All corresponding fingertips of the two hands make contact from frame 12 to frame 45 and then separate.",
    ),
    (
        "tips",
        "interaction",
        False,
        "All corresponding fingertips of the two hands make contact from frame 12 until the end of the clip.",
    ),
    (
        "tips",
        "interaction",
        True,
        "Around frame 51, the right index fingertip comes into contact with the left palm and remains there "
        "until the end.",
    ),
    (
        "tips",
        "interaction",
        False,
        "Around frame 51, the right middle fingertip comes into contact with the left palm and remains there "
        "until the end.",
    ),
    ("tips", "interaction", True, "The hands begin in a crossed configuration and uncross between frames 20 and 28."),
    ("tips", "interaction", False, "The hands begin in an uncrossed configuration and cross between frames 20 and 28."),
    (
        "tips",
        "interaction",
        True,
        "The right hand stays above the left hand while the palms slowly come closer together.",
    ),
    (
        "tips",
        "interaction",
        False,
        "The left hand stays above the right hand while the palms slowly come closer together.",
    ),
    (
        "roll",
        "left",
        True,
        "The left thumb taps the index, middle, ring, and pinky fingertips in sequence, each contact lasting "
        "about seven frames.",
    ),
    (
        "roll",
        "left",
        False,
        "The left thumb taps the pinky, ring, middle, and index fingertips in sequence, each contact lasting "
        "about seven frames.",
    ),
    ("roll", "left", True, "Following the sequence of taps, the left hand moves downward from frame 44 to 56."),
    ("roll", "left", False, "Following the sequence of taps, the left hand moves upward from frame 44 to 56."),
    (
        "roll",
        "right",
        True,
        "The right hand rapidly forms a fist between frames 10 and 20, then opens at a medium speed between "
        "frames 36 and 46.",
    ),
    (
        "roll",
        "right",
        False,
        "The right hand rapidly forms a fist between frames 36 and 46, then opens at a medium speed between "
        "frames 50 and 58.",
    ),
    (
        "roll",
        "right",
        True,
        "All right fingers transition from fully extended to fully bent and back to fully extended.",
    ),
    ("roll", "right", False, "All right fingers transition from fully bent to fully extended and back to fully bent."),
    ("roll", "interaction", True, "The hands remain far apart, uncrossed, and at the same height without touching."),
    ("roll", "interaction", False, "The hands remain far apart, crossed, and at the same height without touching."),
    (
        "fan",
        "left",
        True,
        "The left fingers spread apart from frame 8 to 16, stay spread, and then close together from frame 40 to 48.",
    ),
    ("fan", "left", False, "The left fingers spread apart from frame 40 to 48 and stay spread until the end."),
    (
        "fan",
        "right",
        True,
        "The right index finger slowly bends backward at the base joint, holding a hyperextended position "
        "before straightening.",
    ),
    (
        "fan",
        "right",
        False,
        "The right pinky finger slowly bends backward at the base joint, holding a hyperextended position "
        "before straightening.",
    ),
    (
        "fan",
        "interaction",
        True,
        "Initially near each other, the hands quickly separate to a far distance between frames 30 and 38.",
    ),
    (
        "fan",
        "interaction",
        False,
        "Initially far apart, the hands quickly come together to a near distance between frames 30 and 38.",
    ),
    (
        "drum",
        "interaction",
        True,
        "The right index fingertip taps the left palm three times, at frames 8-12, 24-28, and 40-44.",
    ),
    ("drum", "interaction", False, "The right index fingertip taps the left palm twice, at frames 8-12 and 24-28."),
    ("drum", "interaction", True, "The left pinky stays near the right palm without making contact."),
    (
        "drum",
        "right",
        True,
        "The right index finger stays extended while the thumb, middle, ring, and pinky fingers are fully bent.",
    ),
    (
        "drum",
        "right",
        False,
        "The right index finger stays extended along with the thumb, while the middle, ring, and pinky "
        "fingers are fully bent.",
    ),
    (
        "drum",
        "left",
        True,
        "The left fingers are spread throughout, and the ring finger slowly bends partially in the last part "
        "of the clip.",
    ),
    (
        "drum",
        "left",
        False,
        "The left fingers are closed together throughout, and the ring finger slowly bends partially in the "
        "last part of the clip.",
    ),
]
