"""Sentences for which nothing was mended until the rounds were written: what they gave then stands in `FIRST_SIGHT`.

As in `tuned`.
"""

SENTENCES = [
    (
        "pinch",
        "right",
        True,
        "The forefinger dips in to meet the thumb and stays pressed against it for almost a second.",
    ),
    ("pinch", "right", False, "The little finger dips in to meet the thumb."),
    ("pinch", "right", True, "Shortly before the end the index is extended again."),
    ("pinch", "right", False, "The thumb folds quickly."),
    ("pinch", "left", True, "The closed hand moves gradually higher, without any finger opening."),
    ("pinch", "left", False, "The hand is lowered, without any finger opening."),
    ("pinch", "interaction", True, "Far apart at all times, the hands do not touch."),
    ("pinch", "interaction", False, "The fingertips of the left hand brush the right palm."),
    ("claps", "interaction", True, "The palms bump into each other on three occasions."),
    ("claps", "interaction", True, "Quick closing and parting of the hands alternates three times."),
    ("claps", "interaction", False, "The palms meet a single time, in the middle of the clip."),
    ("claps", "left", False, "The left thumb is folded across the palm."),
    ("wave", "left", True, "Beginning with the pinky, each finger in turn folds down; the thumb does not."),
    ("wave", "left", False, "The thumb folds down after the index."),
    ("wave", "right", True, "The hand shoots up to the left and later sinks back at low speed."),
    ("wave", "right", False, "The hand shoots up to the right."),
    ("wave", "interaction", False, "The left hand is ahead of the right hand and stays there."),
    ("tips", "interaction", True, "Fingertip to fingertip, all five pairs stay in touch from frame 12 until frame 44."),
    ("tips", "interaction", True, "After the hands have uncrossed, the right index comes to touch the left palm."),
    ("tips", "interaction", False, "The left hand is lifted over the right one."),
    ("tips", "right", False, "All fingers of the right hand stay fully stretched."),
    ("roll", "left", True, "First the index, then the middle, ring and pinky tips are tapped by the thumb."),
    ("roll", "left", False, "The thumb taps the index at the end of the clip."),
    ("roll", "right", True, "The fingers snap shut and stay closed for half a second before they open."),
    ("roll", "right", False, "The fingers open before they close."),
    ("roll", "interaction", True, "The two hands keep clear of each other."),
    ("roll", "interaction", False, "The palms face and press one another in frames 20 to 40."),
]
