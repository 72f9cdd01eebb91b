"""The twenty-ninth of the rounds that `round_1` begins: captions as models answer the prompt."""

SENTENCES = [
    (
        "pinch",
        "right",
        True,
        "Early on the index finger bends quickly and touches the thumb; they stay together until shortly after "
        "midway, when they part and the index slowly straightens.",
    ),
    (
        "pinch",
        "right",
        False,
        "Early on the index finger bends quickly and touches the thumb; they part at once and the index quickly "
        "straightens.",
    ),
    (
        "pinch",
        "right",
        True,
        "The right index finger bends fast (frames 5 to 14), stays fully bent (frames 15 to 39) and straightens "
        "slowly (frames 40 to 49). The other four digits stay straight throughout.",
    ),
    (
        "pinch",
        "right",
        False,
        "The right index finger bends fast (frames 5 to 14), stays fully bent (frames 15 to 39) and straightens "
        "slowly (frames 40 to 49). The other four digits stay bent throughout.",
    ),
    (
        "pinch",
        "right",
        True,
        "The thumb and index finger touch (frames 14 to 39) and then part. The right hand keeps its place; its "
        "four fingers lie side by side.",
    ),
    (
        "pinch",
        "right",
        False,
        "The thumb and index finger touch (frames 14 to 39) and then part. The right hand moves down; its four "
        "fingers lie side by side.",
    ),
    (
        "pinch",
        "left",
        True,
        "The left hand, all five fingers fully bent, moves up (frames 10 to 29) at a medium speed.",
    ),
    ("pinch", "left", False, "The left hand, all five fingers fully bent, moves up (frames 10 to 29) at a fast speed."),
    (
        "pinch",
        "left",
        True,
        "The left fingers and thumb stay fully bent throughout. From early on until midway the hand moves upward, "
        "then keeps its new place.",
    ),
    (
        "pinch",
        "left",
        False,
        "The left fingers and thumb stay fully bent throughout. From midway until the end the hand moves upward, "
        "without a pause.",
    ),
    (
        "pinch",
        "interaction",
        True,
        "The palms stay far apart throughout. The hands start level; from frame 12 to frame 27 the right hand "
        "comes to lie below the left, where it stays until the end.",
    ),
    (
        "pinch",
        "interaction",
        False,
        "The palms stay far apart throughout. The hands start level; from frame 12 to frame 27 the right hand "
        "comes to lie above the left, where it stays until the end.",
    ),
    (
        "pinch",
        "interaction",
        True,
        "The hands do not touch; the right one remains to the right of the left one and level with it in depth.",
    ),
    (
        "pinch",
        "interaction",
        False,
        "The hands do not touch; the right one remains to the left of the left one and level with it in depth.",
    ),
    (
        "claps",
        "left",
        True,
        "The left hand moves right and back left quickly three times. Its straight fingers stay side by side.",
    ),
    (
        "claps",
        "left",
        False,
        "The left hand moves right and back left quickly four times. Its straight fingers stay side by side.",
    ),
    (
        "claps",
        "left",
        True,
        "The left hand quickly moves to the right three times (frames 4 to 10, 20 to 26 and 36 to 42), each time "
        "followed by a quick move to the left (frames 15 to 19, 31 to 35 and 47 to 51).",
    ),
    (
        "claps",
        "left",
        False,
        "The left hand quickly moves to the left three times (frames 4 to 10, 20 to 26 and 36 to 42), each time "
        "followed by a quick move to the right (frames 15 to 19, 31 to 35 and 47 to 51).",
    ),
    (
        "claps",
        "right",
        True,
        "With all fingers straight, the right hand travels quickly to the left and to the right, three times each.",
    ),
    (
        "claps",
        "right",
        False,
        "With all fingers straight, the right hand travels quickly to the front and to the back, three times each.",
    ),
    ("claps", "interaction", True, "The palms touch three times, parting quickly each time, and end far apart."),
    ("claps", "interaction", False, "The palms touch three times, parting slowly each time, and end near each other."),
    (
        "claps",
        "interaction",
        True,
        "The palms come together quickly, touch (frames 10 to 15), part quickly, touch again (frames 26 to 31), "
        "part, touch a third time (frames 42 to 47) and part for good.",
    ),
    (
        "claps",
        "interaction",
        False,
        "The palms come together quickly, touch (frames 10 to 15), part quickly, touch again (frames 36 to 40), "
        "part, and do not touch any more.",
    ),
    (
        "claps",
        "interaction",
        True,
        "Starting far apart, the hands clap three times; they remain level in height and depth.",
    ),
    (
        "claps",
        "interaction",
        False,
        "Starting far apart, the hands clap three times; the right hand rises above the left meanwhile.",
    ),
    (
        "wave",
        "left",
        True,
        "The pinky, ring, middle and index fingers bend one after another (frames 10 to 39) and stay fully bent "
        "until the end. The thumb's end joint is hyperextended throughout.",
    ),
    (
        "wave",
        "left",
        False,
        "The index, middle, ring and pinky fingers bend one after another (frames 10 to 39) and stay fully bent "
        "until the end. The thumb's end joint is hyperextended throughout.",
    ),
    (
        "wave",
        "left",
        True,
        "The left thumb is hyperextended at the end joint all along; the four fingers bend in turn, the pinky first.",
    ),
    (
        "wave",
        "left",
        False,
        "The left thumb is hyperextended at the knuckle only at the end; the four fingers bend in turn, the pinky "
        "first.",
    ),
    (
        "wave",
        "left",
        True,
        "The pinky bends early on (frames 10 to 15), followed by the ring finger (frames 18 to 23), the middle "
        "finger (frames 26 to 31) and the index finger (frames 34 to 39).",
    ),
    (
        "wave",
        "left",
        False,
        "The pinky bends early on (frames 10 to 15), followed by the index finger (frames 18 to 23), the middle "
        "finger (frames 26 to 31) and the ring finger (frames 34 to 39).",
    ),
    (
        "wave",
        "right",
        True,
        "Early on the right hand moves quickly up and to the left; late in the clip it moves slowly down. "
        "Meanwhile its fingers stay straight.",
    ),
    (
        "wave",
        "right",
        False,
        "Early on the right hand moves quickly up and to the right; late in the clip it moves slowly down. "
        "Meanwhile its fingers stay straight.",
    ),
    (
        "wave",
        "right",
        True,
        "The index and middle fingers are together at the start, spread from frame 20 to frame 27 and stay spread "
        "until the end; the other fingers stay side by side.",
    ),
    (
        "wave",
        "right",
        False,
        "The index and middle fingers are spread at the start, close from frame 20 to frame 27 and stay side by "
        "side until the end.",
    ),
    (
        "wave",
        "interaction",
        True,
        "The palms stay at a medium distance. The right hand is in front throughout; it rises above the left hand "
        "(frames 5 to 13), stays above it and comes back level with it (frames 34 to 47).",
    ),
    (
        "wave",
        "interaction",
        False,
        "The palms stay at a medium distance. The right hand is in front throughout; it sinks below the left hand "
        "(frames 5 to 13), stays below it and comes back level with it (frames 34 to 47).",
    ),
    (
        "wave",
        "interaction",
        True,
        "The hands never touch; the right one is in front and, from early on until late, above.",
    ),
    (
        "tips",
        "left",
        True,
        "Early on the left hand moves slowly forward, then stays in place; all its fingers are straight throughout.",
    ),
    (
        "tips",
        "left",
        False,
        "Late in the clip the left hand moves slowly forward; all its fingers are straight throughout.",
    ),
    (
        "tips",
        "right",
        True,
        "The right thumb and index finger are straight, the middle, ring and pinky fingers partly bent throughout. "
        "Near the end the hand moves back at a medium speed (frames 46 to 57).",
    ),
    (
        "tips",
        "right",
        False,
        "The right thumb and index finger are straight, the middle, ring and pinky fingers fully bent throughout. "
        "Near the end the hand moves back at a medium speed (frames 46 to 57).",
    ),
    (
        "tips",
        "interaction",
        True,
        "Each of the five left fingertips touches its right counterpart (frames 12 to 44), then they part; late in "
        "the clip the right index touches the left palm and stays on it until the end.",
    ),
    (
        "tips",
        "interaction",
        False,
        "Each of the five left fingertips touches its right counterpart (frames 12 to 44), then they part; late in "
        "the clip the right thumb touches the left palm and stays on it until the end.",
    ),
    (
        "tips",
        "interaction",
        True,
        "The palms come slowly from a medium distance to a near one (frames 10 to 15) and stay near. The right "
        "hand is above throughout.",
    ),
    (
        "tips",
        "interaction",
        False,
        "The palms go slowly from a near distance to a medium one (frames 10 to 15) and stay there. The right hand "
        "is above throughout.",
    ),
    (
        "tips",
        "interaction",
        True,
        "The hands are crossed at the start and uncross midway (frames 20 to 27), the fingertips touching "
        "meanwhile; they stay uncrossed until the end.",
    ),
    (
        "tips",
        "interaction",
        False,
        "The hands are uncrossed at the start and cross midway (frames 20 to 27), the fingertips touching "
        "meanwhile; they stay crossed until the end.",
    ),
    (
        "tips",
        "interaction",
        True,
        "All fingertips of the two hands are in contact from early on until late; near the end only the right "
        "index is in contact, with the left palm.",
    ),
    ("tips", "interaction", False, "All fingertips of the two hands are in contact until the end."),
    (
        "roll",
        "left",
        True,
        "The thumb touches the index (frames 5 to 11), the middle (frames 15 to 21), the ring (frames 25 to 31) "
        "and the pinky (frames 35 to 41), parting from each before the next.",
    ),
    (
        "roll",
        "left",
        False,
        "The thumb touches the pinky (frames 5 to 11), the ring (frames 15 to 21), the middle (frames 25 to 31) "
        "and the index (frames 35 to 41), parting from each before the next.",
    ),
    (
        "roll",
        "left",
        True,
        "The thumb taps the index, middle, ring and pinky fingers in turn. Late in the clip the hand moves down at "
        "a medium speed; all fingers stay straight.",
    ),
    (
        "roll",
        "left",
        False,
        "The thumb taps the index, middle, ring and pinky fingers in turn. Late in the clip the hand moves down at "
        "a medium speed; all fingers bend.",
    ),
    (
        "roll",
        "left",
        True,
        "The thumb touches each of the four fingers once, beginning with the index and ending with the pinky, and "
        "parts each time.",
    ),
    (
        "roll",
        "left",
        False,
        "The thumb touches each of the four fingers once, beginning with the pinky and ending with the index, and "
        "parts each time.",
    ),
    (
        "roll",
        "right",
        True,
        "The thumb and the four fingers bend fast (frames 10 to 19), stay fully bent and straighten at a medium "
        "speed (frames 36 to 45).",
    ),
    (
        "roll",
        "right",
        False,
        "The thumb and the four fingers straighten fast (frames 10 to 19), stay straight and bend at a medium "
        "speed (frames 36 to 45).",
    ),
    (
        "roll",
        "right",
        True,
        "Early on all right fingers close quickly into a fist; midway they open again and stay straight until the "
        "end. The hand keeps its place.",
    ),
    (
        "roll",
        "right",
        False,
        "Early on all right fingers close quickly into a fist; they stay bent until the end. The hand keeps its place.",
    ),
    (
        "roll",
        "interaction",
        True,
        "The palms are far apart and the hands level all along; nothing of one touches the other.",
    ),
    ("roll", "interaction", False, "The palms are near all along and the right hand ends up in front."),
    (
        "fan",
        "left",
        True,
        "The straight left fingers spread early on (frames 8 to 15), stay spread and close again late in the clip "
        "(frames 40 to 47).",
    ),
    (
        "fan",
        "left",
        False,
        "The straight left fingers bend early on (frames 8 to 15), stay bent and straighten again late in the clip "
        "(frames 40 to 47).",
    ),
    (
        "fan",
        "left",
        True,
        "Lying side by side at the start, the fingers open sideways, stay apart until frame 40 and come side by "
        "side again.",
    ),
    (
        "fan",
        "right",
        True,
        "The index knuckle is hyperextended from frame 26 to frame 39, having bent back slowly, and then slowly "
        "becomes straight again. The hand moves slowly back early on and quickly right later.",
    ),
    (
        "fan",
        "right",
        False,
        "The index knuckle is hyperextended from frame 26 to frame 39, having bent back slowly, and then slowly "
        "becomes straight again. The hand moves slowly forward early on and quickly right later.",
    ),
    (
        "fan",
        "right",
        True,
        "The hand moves back slowly (frames 5 to 19), then to the right fast (frames 30 to 37). The index is "
        "hyperextended in between and after that straight.",
    ),
    (
        "fan",
        "interaction",
        True,
        "The palms are near each other until midway, then move quickly far apart (frames 30 to 37) and remain so. "
        "The right hand comes to be behind the left (frames 8 to 17).",
    ),
    (
        "fan",
        "interaction",
        False,
        "The palms are near each other until midway, then move quickly far apart (frames 30 to 37) and remain so. "
        "The right hand comes to be in front of the left (frames 8 to 17).",
    ),
    (
        "drum",
        "interaction",
        True,
        "The right index touches the left palm three times (frames 8 to 11, 24 to 27 and 40 to 43) and parts each "
        "time. The palms stay near, the right hand above.",
    ),
    (
        "drum",
        "interaction",
        False,
        "The right index touches the left palm three times (frames 8 to 11, 24 to 27 and 40 to 43) and parts each "
        "time. The palms stay far apart, the right hand above.",
    ),
    (
        "drum",
        "interaction",
        False,
        "The right index touches the left palm three times (frames 8 to 11, 24 to 27 and 40 to 43) and parts each "
        "time. The palms stay near, the left hand above.",
    ),
    (
        "drum",
        "right",
        True,
        "The index finger is straight, the thumb and the other three fingers fully bent throughout. The hand moves "
        "quickly down and up three times.",
    ),
    (
        "drum",
        "right",
        False,
        "The index finger is bent, the thumb and the other three fingers straight throughout. The hand moves "
        "quickly down and up three times.",
    ),
    (
        "drum",
        "left",
        True,
        "The fingers stay spread throughout. Late in the clip the ring finger bends halfway, slowly (frames 44 to "
        "53); the others stay straight.",
    ),
    (
        "drum",
        "left",
        False,
        "The fingers stay spread throughout. Late in the clip the middle finger bends halfway, slowly (frames 44 "
        "to 53); the others stay straight.",
    ),
]
