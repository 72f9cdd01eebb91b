"""Contact precision, recall and F1, in both definitions.

What belongs here: which pairs count as touching and how two motions' contacts are compared. What does not: the
distances (kinematics/contacts.py) and contact events, which have hysteresis where a metric has a plain threshold.

- `contact_frame`: HandX's paper. Pairs are compared frame by frame, all at 2 cm: thumb tip to the other four tips of
  its hand, tips to tips of the other hand, tips to the other palm.
- `contact_clip`: HandX's released code. Per clip and pair, did it ever touch: thumb tip to the other tips of its hand
  under 20 mm, tips to the other palm under 25 mm.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from handx_core.kinematics.contacts import PALM_CONTACT_M, TIP_CONTACT_M, contact_distances

FRAME_CONTACT_M: Final = 0.020
"""For all pairs alike (HandX, the paper's contact metrics)."""

CHUNK: Final = 64
"""Clips whose distances are held at a time."""


@dataclass(frozen=True)
class Contacts:
    """Who touches whom. frame: (N, T, 43) and clip: (N, 18) bool, a column per pair."""

    frame: NDArray[np.bool_]
    clip: NDArray[np.bool_]


@dataclass(frozen=True)
class Agreement:
    """Per clip (N,): contacts that are in both motions, only in the generated one, only in the reference."""

    both: NDArray[np.int64]
    invented: NDArray[np.int64]
    missed: NDArray[np.int64]


def find_contacts(joints: NDArray[np.floating]) -> Contacts:
    """Contacts of clips; joints: (N, T, 2, 21, 3), metres."""
    parts = [_find_contacts(joints[start : start + CHUNK]) for start in range(0, max(len(joints), 1), CHUNK)]
    return Contacts(np.concatenate([p.frame for p in parts]), np.concatenate([p.clip for p in parts]))


def agreement(contacts: NDArray[np.bool_], reference: NDArray[np.bool_]) -> Agreement:
    """Compare contacts with the reference's, pair by pair (and frame by frame); (N, ...) bool each."""
    over = tuple(range(1, contacts.ndim))
    return Agreement(
        both=(contacts & reference).sum(over),
        invented=(contacts & ~reference).sum(over),
        missed=(~contacts & reference).sum(over),
    )


def precision_recall_f1(
    compared: Agreement,
) -> dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """What each clip adds to the numerator and the denominator (N,) of precision, recall and F1 over all clips.

    F1 of two sets without any contact is 1 (nothing was invented and nothing missed); precision without any contact
    generated, and recall without any to be found, have no value.
    """
    both, invented, missed = compared.both, compared.invented, compared.missed
    return {
        "precision": (both, both + invented),
        "recall": (both, both + missed),
        "f1": (2 * both, 2 * both + invented + missed),
    }


def _find_contacts(joints: NDArray[np.floating]) -> Contacts:
    distances = contact_distances(joints)
    shape = joints.shape[:2]
    thumb_tips, tips_across, tip_palm = (
        np.asarray(pairs).reshape(*shape, -1)
        for pairs in (distances.thumb_tips, distances.tips_across, distances.tip_palm)
    )
    frame = np.concatenate([thumb_tips, tips_across, tip_palm], axis=-1) < FRAME_CONTACT_M
    touching = np.concatenate([thumb_tips < TIP_CONTACT_M, tip_palm < PALM_CONTACT_M], axis=-1)
    return Contacts(frame, np.any(touching, axis=1))
