"""What the actions are called in plain English, for the label files of the sources.

What belongs here: sentences about scripted actions. What does not: captions of motion (`handx_core.captioning`),
which are made from what is measured and not from the script.
"""

from typing import Final

import numpy as np

ONE_HAND_PHRASES: Final = {
    "rest": "rests",
    "pinch_index": "pinches thumb and index finger together",
    "pinch_middle": "pinches thumb and middle finger together",
    "pinch_ring": "pinches thumb and ring finger together",
    "pinch_pinky": "pinches thumb and little finger together",
    "fist": "makes a fist and opens it",
    "finger_wave": "bends the fingers one after the other",
    "spread": "spreads the fingers and closes them",
    "hyperextension": "bends the fingers backwards",
    "point": "points with the index finger",
    "wrist_twist": "turns to and fro about the forearm",
    "count": "counts on its fingers",
    "flick": "flicks a finger from the thumb",
    "wave": "waves from side to side",
    "thumb_up": "shows a thumb up",
    "claw": "curls the fingers to a claw and stretches them",
    "glide": "moves slowly through the air",
}

TWO_HAND_PHRASES: Final = {
    "clap": "clap",
    "palm_rub": "rub their palms together",
    "fingertip_touch": "touch each other with one fingertip",
    "steeple": "put all fingertips together to a steeple",
    "tip_to_palm": "meet, a fingertip of one tapping on the palm of the other",
    "carry": "lift a load between them and move it",
    "crossing": "cross at the wrists and part again",
    "approach": "come slowly near each other without touching",
}

_ONE_HAND_FRAMES: Final = (
    "The left hand {left} while the right hand {right}.",
    "The right hand {right}; the left hand {left}.",
    "A person's left hand {left}, and the right hand {right}.",
    "While the right hand {right}, the left hand {left}.",
    "On the left, the hand {left}; on the right, it {right}.",
    "With the right hand at work, which {right}, the left hand {left}.",
)
_TWO_HAND_FRAMES: Final = (
    "Both hands {both}.",
    "The two hands {both}.",
    "The left and the right hand {both}.",
    "A person's hands {both}.",
    "In front of the body, the hands {both}.",
    "The hands come near and {both}.",
)


def describe(left_action: str, right_action: str, rng: np.random.Generator) -> list[str]:
    """Six sentences about what the two hands do, in random order."""
    if left_action in TWO_HAND_PHRASES:
        sentences = [frame.format(both=TWO_HAND_PHRASES[left_action]) for frame in _TWO_HAND_FRAMES]
    else:
        left, right = ONE_HAND_PHRASES[left_action], ONE_HAND_PHRASES[right_action]
        sentences = [frame.format(left=left, right=right) for frame in _ONE_HAND_FRAMES]
    return [sentences[number] for number in rng.permutation(len(sentences))]
