"""The thirty-third of the rounds that `round_1` begins: plain captions, as the prompt asks."""

SENTENCES = [
    ("pinch", "right", True, "The right index finger quickly bends to the thumb, touches it, and slowly straightens."),
    ("pinch", "right", False, "The right ring finger quickly bends to the thumb, touches it, and slowly straightens."),
    (
        "pinch",
        "right",
        True,
        "The right thumb touches the index finger from frame 14 to frame 39 and then they part. The index finger "
        "bends fast before the contact and straightens slowly after it.",
    ),
    (
        "pinch",
        "right",
        False,
        "The right thumb touches the index finger from frame 14 to frame 39 and then they part. The index finger "
        "bends slowly before the contact and straightens fast after it.",
    ),
    (
        "pinch",
        "right",
        True,
        "All right fingers start straight; the index finger bends fully early on and is straight again at the end, "
        "while the others never bend.",
    ),
    (
        "pinch",
        "right",
        False,
        "All right fingers start straight; the index finger bends fully early on and is still bent at the end, "
        "while the others never bend.",
    ),
    ("pinch", "left", True, "The left hand stays fully closed and moves up early in the clip, at a medium speed."),
    ("pinch", "left", False, "The left hand stays fully closed and moves up late in the clip, at a medium speed."),
    (
        "pinch",
        "left",
        True,
        "All five left fingers are fully bent throughout; the hand rises (frames 10 to 29) and then stays where it is.",
    ),
    (
        "pinch",
        "left",
        False,
        "All five left fingers are straight throughout; the hand rises (frames 10 to 29) and then stays where it is.",
    ),
    (
        "pinch",
        "interaction",
        True,
        "The palms remain far apart. At first level with the left hand, the right hand is below it from frame 28 "
        "until the end.",
    ),
    (
        "pinch",
        "interaction",
        False,
        "The palms remain far apart. At first level with the left hand, the right hand is above it from frame 28 "
        "until the end.",
    ),
    (
        "claps",
        "left",
        True,
        "The left hand moves quickly to the right and back to the left three times, with its fingers straight and "
        "together.",
    ),
    (
        "claps",
        "left",
        False,
        "The left hand moves quickly to the right and back to the left three times, with its fingers straight and "
        "spread.",
    ),
    (
        "claps",
        "right",
        True,
        "The right hand makes three fast movements to the left, each followed by a fast movement to the right; all "
        "its fingers stay straight.",
    ),
    (
        "claps",
        "right",
        False,
        "The right hand makes three fast movements to the left, each followed by a fast movement to the right; all "
        "its fingers bend.",
    ),
    (
        "claps",
        "interaction",
        True,
        "The palms touch and part three times, moving quickly; at the start and at the end they are far apart.",
    ),
    (
        "claps",
        "interaction",
        False,
        "The palms touch and part twice, moving slowly; at the start and at the end they are near.",
    ),
    (
        "claps",
        "interaction",
        True,
        "The palms quickly approach, touch at frames 10 to 15 and part quickly; they do the same at frames 26 to "
        "31 and at frames 42 to 47.",
    ),
    (
        "claps",
        "interaction",
        True,
        "The right hand is on the right side of the left hand and level with it throughout. The palms meet three "
        "times.",
    ),
    (
        "claps",
        "interaction",
        False,
        "The right hand is on the left side of the left hand and level with it throughout. The palms meet three times.",
    ),
    (
        "wave",
        "left",
        True,
        "The left thumb's end joint is hyperextended throughout. From pinky to index, the four fingers bend one "
        "after another and stay bent.",
    ),
    (
        "wave",
        "left",
        False,
        "The left thumb's end joint is hyperextended throughout. From index to pinky, the four fingers bend one "
        "after another and stay bent.",
    ),
    (
        "wave",
        "left",
        True,
        "The pinky bends first (frames 10 to 15), then the ring (frames 18 to 23), middle (frames 26 to 31) and "
        "index fingers (frames 34 to 39); the thumb stays hyperextended at its end joint.",
    ),
    (
        "wave",
        "left",
        False,
        "The index bends first (frames 10 to 15), then the middle (frames 18 to 23), ring (frames 26 to 31) and "
        "pinky fingers (frames 34 to 39); the thumb stays hyperextended at its end joint.",
    ),
    (
        "wave",
        "right",
        True,
        "The right hand moves up and left fast at the start and down slowly late on. Its index and middle fingers "
        "spread midway; all fingers are straight.",
    ),
    (
        "wave",
        "right",
        False,
        "The right hand moves up and left fast at the start and down slowly late on. Its ring finger and pinky "
        "spread midway; all fingers are straight.",
    ),
    (
        "wave",
        "right",
        True,
        "Early on the straight right hand moves fast to the upper left. It pauses, spreading the index and middle "
        "fingers, and then sinks slowly.",
    ),
    (
        "wave",
        "right",
        False,
        "Early on the straight right hand moves fast to the lower right. It pauses, spreading the index and middle "
        "fingers, and then rises slowly.",
    ),
    (
        "wave",
        "interaction",
        True,
        "The palms are at a medium distance throughout, the right hand in front. The right hand is above the left "
        "from frame 14 to frame 33 and level with it before and after.",
    ),
    (
        "wave",
        "interaction",
        False,
        "The palms are at a medium distance throughout, the right hand behind. The right hand is above the left "
        "from frame 14 to frame 33 and level with it before and after.",
    ),
    (
        "tips",
        "left",
        True,
        "The left hand moves forward slowly early on and then stays; its fingers are straight and side by side "
        "throughout.",
    ),
    (
        "tips",
        "left",
        False,
        "The left hand moves backward slowly early on and then stays; its fingers are straight and side by side "
        "throughout.",
    ),
    (
        "tips",
        "right",
        True,
        "The right middle, ring and pinky fingers stay partly bent, the thumb and index straight. Late in the clip "
        "the hand moves back.",
    ),
    (
        "tips",
        "right",
        False,
        "The right middle, ring and pinky fingers stay partly bent, the thumb and index straight. Late in the clip "
        "the hand moves forward.",
    ),
    (
        "tips",
        "interaction",
        True,
        "The five fingertips of each hand touch those of the other from frame 12 to frame 44, then part. From "
        "frame 52 until the end the right index touches the left palm.",
    ),
    (
        "tips",
        "interaction",
        False,
        "The five fingertips of each hand touch those of the other from frame 12 to frame 44, then part. From "
        "frame 52 until the end the left index touches the right palm.",
    ),
    (
        "tips",
        "interaction",
        True,
        "The palms move slowly from a medium to a near distance early on and stay near. The hands uncross midway, "
        "with the right hand above throughout.",
    ),
    (
        "tips",
        "interaction",
        False,
        "The palms move slowly from a medium to a near distance early on and stay near. The hands cross midway, "
        "with the right hand above throughout.",
    ),
    (
        "roll",
        "left",
        True,
        "The left thumb touches and leaves the index, middle, ring and pinky fingers one after another; then the "
        "hand moves down at a medium speed.",
    ),
    (
        "roll",
        "left",
        False,
        "The left thumb touches and leaves the index, middle, ring and pinky fingers one after another; then the "
        "hand moves up at a medium speed.",
    ),
    (
        "roll",
        "left",
        True,
        "The thumb touches the index finger at the start, then the middle finger, then the ring finger, and late "
        "in the clip the pinky. All fingers stay straight.",
    ),
    (
        "roll",
        "left",
        False,
        "The thumb touches the pinky at the start, then the ring finger, then the middle finger, and late in the "
        "clip the index finger. All fingers stay straight.",
    ),
    (
        "roll",
        "right",
        True,
        "All five right fingers bend fully and fast (frames 10 to 19), stay bent, and straighten at a medium speed "
        "(frames 36 to 45).",
    ),
    (
        "roll",
        "right",
        False,
        "All five right fingers bend fully and fast (frames 10 to 19) and stay bent until the end.",
    ),
    ("roll", "right", True, "The right hand closes to a fist early on and opens again after midway; it does not move."),
    ("roll", "right", False, "The right hand closes to a fist early on and opens again after midway; it moves down."),
    ("roll", "interaction", True, "The hands stay far apart and level, the right one to the right of the left one."),
    ("roll", "interaction", False, "The hands stay far apart, the right one above the left one."),
    (
        "fan",
        "left",
        True,
        "The left fingers spread early on, stay spread, and close side by side near the end, straight all the while.",
    ),
    ("fan", "left", False, "The left fingers spread early on and stay spread until the end, straight all the while."),
    (
        "fan",
        "right",
        True,
        "The right index knuckle is hyperextended midway (frames 26 to 39). The hand moves back slowly (frames 5 "
        "to 19) and to the right fast (frames 30 to 37).",
    ),
    (
        "fan",
        "right",
        False,
        "The right middle knuckle is hyperextended midway (frames 26 to 39). The hand moves back slowly (frames 5 "
        "to 19) and to the right fast (frames 30 to 37).",
    ),
    (
        "fan",
        "interaction",
        True,
        "The palms are near at first and move far apart quickly (frames 30 to 37). From frame 18 on the right hand "
        "is behind the left.",
    ),
    (
        "fan",
        "interaction",
        False,
        "The palms are near at first and move far apart slowly (frames 30 to 37). From frame 18 on the right hand "
        "is behind the left.",
    ),
    (
        "drum",
        "interaction",
        True,
        "The right index touches the left palm three times, parting each time. The left pinky stays near the right "
        "palm, and the palms stay near each other.",
    ),
    (
        "drum",
        "interaction",
        False,
        "The right index touches the left palm four times, parting each time. The left pinky stays near the right "
        "palm, and the palms stay near each other.",
    ),
    (
        "drum",
        "right",
        True,
        "The right index stays straight and the other fingers fully bent. The hand moves down and up fast three times.",
    ),
    (
        "drum",
        "right",
        False,
        "The right index stays straight and the other fingers fully bent. The hand moves left and right fast three "
        "times.",
    ),
    (
        "drum",
        "left",
        True,
        "The left fingers stay spread; the ring finger bends partly and slowly late in the clip (frames 44 to 53).",
    ),
    (
        "drum",
        "left",
        False,
        "The left fingers stay spread; the ring finger bends partly and slowly early in the clip (frames 4 to 13).",
    ),
]
