"""Subject hands, skeletons and clips survive their tables exactly."""

from dataclasses import fields, replace

import numpy as np
import pytest

from handx_core.curation.clips import Clips, cut_clips
from handx_core.curation.quality import Quality
from handx_core.curation.rows import (
    clips_batch,
    clips_from,
    skeletons_batch,
    skeletons_from,
    subject_hands_batch,
    subject_hands_from,
)
from handx_core.curation.settings import CurationSettings
from handx_core.curation.skeletons import Skeleton
from handx_core.curation.subject_hands import SubjectHand
from handx_core.schemas import TABLES


def skeletons() -> list[Skeleton]:
    rng = np.random.default_rng(1)
    return [
        Skeleton(
            skeleton_id=f"s/t/{number}",
            recording_id="s/t",
            start_s=number / 3.0,
            subject="s/p",
            label=None if number else "Wave.",
            joints=rng.normal(size=(length, 2, 21, 3)).astype(np.float32),
            observed=rng.uniform(size=(length, 2, 21)) < 0.9,
            quality=Quality(
                0.5, 0.25, 0.125, number / 2.0, 0.75, 1.5, 0.0625, 0.03125, 0.001953125 if number else None
            ),
        )
        for number, length in enumerate((60, 130, 12))
    ]


def assert_same(found: object, expected: object) -> None:
    for field in fields(expected):  # type: ignore[arg-type]
        one, other = getattr(found, field.name), getattr(expected, field.name)
        if isinstance(other, np.ndarray):
            assert one.dtype == other.dtype, field.name
            np.testing.assert_array_equal(one, other, err_msg=field.name)
        else:
            assert one == other, field.name


@pytest.mark.parametrize("count", [0, 1, 3])
def test_skeletons(count):
    expected = skeletons()[:count]
    rows = skeletons_batch(expected)
    assert rows.schema == TABLES["skeletons"].schema
    found = skeletons_from(rows)
    assert len(found) == count
    for one, other in zip(found, expected, strict=True):
        assert_same(one, other)


def test_a_slice_of_skeletons():
    (found,) = skeletons_from(skeletons_batch(skeletons()).slice(1, 1))
    assert_same(found, skeletons()[1])


@pytest.mark.parametrize("count", [0, 3])
def test_clips(count):
    expected = cut_clips(skeletons()[:count], CurationSettings())
    rows = clips_batch(expected)
    assert rows.schema == TABLES["clips"].schema
    assert rows.num_rows == len(expected) == (4 if count else 0)
    assert_same(clips_from(rows), replace(expected, rejected=()))
    assert isinstance(clips_from(rows.slice(1)), Clips)


def test_subject_hands():
    rng = np.random.default_rng(2)
    lengths = rng.uniform(size=(2, 2, 20)).astype(np.float32)
    hands = [SubjectHand("s/p", side, *lengths[row], n_frames=row) for row, side in enumerate(("left", "right"))]
    for several in (hands, []):
        rows = subject_hands_batch(several)
        assert rows.schema == TABLES["subject_hands"].schema
        for one, other in zip(subject_hands_from(rows), several, strict=True):
            assert_same(one, other)
