"""The thirty-first of the rounds that `round_1` begins: captions of all lengths."""

SENTENCES = [
    ("pinch", "right", True, "Right index and thumb form a pinch early, hold it past midway and let go slowly."),
    ("pinch", "right", False, "Right pinky and thumb form a pinch early, hold it past midway and let go slowly."),
    (
        "pinch",
        "right",
        True,
        "The hand starts fully open. Quickly, the index finger curls and its tip comes to rest on the thumb (frame "
        "14). After frame 40 it leaves the thumb and slowly straightens; the other fingers have stayed straight.",
    ),
    (
        "pinch",
        "right",
        False,
        "The hand starts as a fist. Quickly, the index finger straightens and its tip leaves the thumb (frame 14). "
        "After frame 40 it slowly bends; the other fingers have stayed bent.",
    ),
    ("pinch", "right", True, "The index finger is the only finger of this hand that bends or touches anything."),
    ("pinch", "right", False, "The middle finger is the only finger of this hand that bends or touches anything."),
    ("pinch", "left", True, "The left hand holds a fist and is raised once, at a medium pace."),
    ("pinch", "left", False, "The left hand holds a fist and is raised twice, at a fast pace."),
    (
        "pinch",
        "left",
        True,
        "Every finger, the thumb included, is fully bent. The hand moves up from frame 10 to frame 29.",
    ),
    (
        "pinch",
        "left",
        False,
        "Every finger, the thumb included, is fully straight. The hand moves up from frame 10 to frame 29.",
    ),
    ("pinch", "interaction", True, "Far apart, the hands start level; then the left one goes higher."),
    ("pinch", "interaction", False, "Close together, the hands start level; then the left one goes higher."),
    (
        "claps",
        "left",
        True,
        "It moves quickly right, left, right, left, right and left again, fingers straight and together.",
    ),
    ("claps", "left", False, "It moves slowly up and down, fingers straight and together."),
    (
        "claps",
        "left",
        True,
        "Quick movements to the right (frames 4 to 11, 20 to 27, 36 to 43) alternate with quick movements to the "
        "left (frames 15 to 20, 31 to 36, 47 to 52).",
    ),
    (
        "claps",
        "left",
        False,
        "Quick movements upward (frames 4 to 11, 20 to 27, 36 to 43) alternate with quick movements downward "
        "(frames 15 to 20, 31 to 36, 47 to 52).",
    ),
    (
        "claps",
        "right",
        True,
        "All right fingers stay straight and closed together while the hand moves fast to the left and then fast "
        "to the right, three times over.",
    ),
    (
        "claps",
        "right",
        False,
        "All right fingers stay bent and closed together while the hand moves fast to the left and then fast to "
        "the right, three times over.",
    ),
    (
        "claps",
        "interaction",
        True,
        "The palms touch at frames 10 to 15, 26 to 31 and 42 to 47; each time they come together and part fast.",
    ),
    (
        "claps",
        "interaction",
        False,
        "The palms touch at frames 16 to 25 and 32 to 41; each time they come together and part fast.",
    ),
    (
        "claps",
        "interaction",
        True,
        "Both palms make contact repeatedly, parting rapidly to a far distance after each contact.",
    ),
    (
        "claps",
        "interaction",
        False,
        "Both palms make contact once, parting slowly to a medium distance after this contact.",
    ),
    (
        "claps",
        "interaction",
        True,
        "The right hand is to the right of the left hand and level with it in height and depth all along.",
    ),
    (
        "wave",
        "left",
        True,
        "The fingers bend in the order pinky, ring, middle, index, at frames 10, 18, 26 and 34, and remain bent. "
        "The thumb remains hyperextended.",
    ),
    (
        "wave",
        "left",
        False,
        "The fingers bend in the order index, middle, ring, pinky, at frames 10, 18, 26 and 34, and remain bent. "
        "The thumb remains hyperextended.",
    ),
    ("wave", "left", True, "From frame 40 on, the four fingers are fully bent; up to frame 10 they were all straight."),
    (
        "wave",
        "left",
        False,
        "From frame 40 on, the four fingers are fully straight; up to frame 10 they were all bent.",
    ),
    ("wave", "left", True, "The thumb is never bent forward; its end joint is bent backward throughout."),
    ("wave", "left", False, "The thumb is fully bent throughout; its end joint is curled too."),
    (
        "wave",
        "right",
        True,
        "The right hand quickly moves up-left (frames 3 to 15), and later slowly down (frames 30 to 49). The "
        "fingers are straight; index and middle spread midway.",
    ),
    (
        "wave",
        "right",
        False,
        "The right hand quickly moves up-left (frames 3 to 15), and later slowly down (frames 30 to 49). The "
        "fingers are straight; middle and ring spread midway.",
    ),
    (
        "wave",
        "right",
        True,
        "First up, then down: the hand rises fast and sinks slowly, staying up for about half a second in between.",
    ),
    (
        "wave",
        "right",
        False,
        "First down, then up: the hand sinks fast and rises slowly, staying down for about half a second in between.",
    ),
    (
        "wave",
        "interaction",
        True,
        "The right hand stays in front of the left hand, at a medium distance. It is level with it at first, above "
        "it from about frame 14 to about frame 34, and level with it again at the end.",
    ),
    (
        "wave",
        "interaction",
        False,
        "The right hand stays in front of the left hand, at a medium distance. It is level with it at first, below "
        "it from about frame 14 to about frame 34, and level with it again at the end.",
    ),
    (
        "tips",
        "left",
        True,
        "The left hand moves forward slowly at the start (frames 2 to 11). All its fingers are straight and touch "
        "the right fingertips from frame 12 to frame 44.",
    ),
    (
        "tips",
        "left",
        False,
        "The left hand moves forward slowly at the start (frames 2 to 11). All its fingers are straight and touch "
        "the right palm from frame 12 to frame 44.",
    ),
    (
        "tips",
        "right",
        True,
        "The right hand is still until frame 46 and then moves back. Index and thumb straight, the rest partly bent.",
    ),
    (
        "tips",
        "right",
        False,
        "The right hand is still until frame 46 and then moves back. Index and thumb partly bent, the rest straight.",
    ),
    (
        "tips",
        "interaction",
        True,
        "All five pairs of fingertips touch at the same time (frames 12 to 44) while the hands uncross (frames 20 "
        "to 27). After they have parted, the right index touches the left palm (from frame 52).",
    ),
    (
        "tips",
        "interaction",
        False,
        "All five pairs of fingertips touch at the same time (frames 12 to 44) while the hands cross (frames 20 to "
        "27). After they have parted, the right index touches the left palm (from frame 52).",
    ),
    (
        "tips",
        "interaction",
        True,
        "Each fingertip of the left hand meets the one of the right hand; at the end only the right index still "
        "touches, namely the left palm.",
    ),
    ("tips", "interaction", True, "The right palm is above the left one throughout, and from frame 16 on near it."),
    ("tips", "interaction", False, "The right palm is below the left one throughout, and from frame 16 on near it."),
    (
        "roll",
        "left",
        True,
        "The thumb touches and leaves the index, the middle, the ring and the pinky, in this order; then the hand "
        "moves down.",
    ),
    (
        "roll",
        "left",
        False,
        "The thumb touches and leaves the pinky, the ring, the middle and the index, in this order; then the hand "
        "moves down.",
    ),
    ("roll", "left", True, "Thumb and index touch first (frames 5 to 11), thumb and pinky last (frames 35 to 41)."),
    ("roll", "left", False, "Thumb and pinky touch first (frames 5 to 11), thumb and index last (frames 35 to 41)."),
    (
        "roll",
        "left",
        True,
        "The left fingers stay straight and side by side. Only the thumb is active, touching the others one by one.",
    ),
    (
        "roll",
        "left",
        False,
        "The left fingers stay bent and side by side. Only the thumb is active, touching the others one by one.",
    ),
    (
        "roll",
        "right",
        True,
        "The hand is open, closes into a fist fast (frames 10 to 19), stays closed, and opens (frames 36 to 45).",
    ),
    (
        "roll",
        "right",
        False,
        "The hand is closed, opens fast (frames 10 to 19), stays open, and closes into a fist (frames 36 to 45).",
    ),
    (
        "roll",
        "right",
        True,
        "All digits, including the thumb, flex by frame 20 and extend by frame 46; the wrist does not move.",
    ),
    ("roll", "interaction", True, "Far from each other and level, the hands have no contact."),
    ("roll", "interaction", False, "Near each other and level, the hands have no contact."),
    ("fan", "left", True, "Fingers closed, spread from frame 8 to 15, stay spread until frame 40, then close."),
    ("fan", "left", False, "Fingers spread, close from frame 8 to 15, stay closed until frame 40, then spread."),
    (
        "fan",
        "right",
        True,
        "The right index knuckle bends backward slowly (frames 20 to 25), stays hyperextended and slowly comes "
        "back (frames 40 to 45).",
    ),
    (
        "fan",
        "right",
        False,
        "The right thumb knuckle bends backward slowly (frames 20 to 25), stays hyperextended and slowly comes "
        "back (frames 40 to 45).",
    ),
    (
        "fan",
        "interaction",
        True,
        "The right hand moves behind the left hand, then away from it to the right, so that the palms end up far "
        "apart.",
    ),
    (
        "fan",
        "interaction",
        False,
        "The right hand moves in front of the left hand, then toward it, so that the palms end up near each other.",
    ),
    (
        "drum",
        "interaction",
        True,
        "Three times the right index quickly comes down on the left palm and quickly leaves it; the right hand is "
        "above and near throughout.",
    ),
    (
        "drum",
        "interaction",
        False,
        "Three times the right index slowly comes down on the left palm and slowly leaves it; the right hand is "
        "below and near throughout.",
    ),
    ("drum", "left", True, "The left fingers are spread and straight, except that the ring finger ends half bent."),
    ("drum", "left", False, "The left fingers are spread and straight, except that the index finger ends half bent."),
]
