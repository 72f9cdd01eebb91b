"""Properties of splits on random datasets, and breaches planted in finished ones."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import ValidationError

from handx_core.curation.splits import SplitSettings, assign_splits, split_violations


@dataclass(frozen=True)
class Clips:
    """One entry a clip."""

    ids: list[str]
    sources: list[str]
    subjects: list[str]
    official: list[str | None]
    duplicates: NDArray[np.int64]

    def split(self, chosen: SplitSettings | None = None) -> dict[str, tuple[str, str, str]]:
        done = assign_splits(
            self.ids, self.sources, self.subjects, self.official, self.duplicates, chosen or SplitSettings()
        )
        return dict(zip(self.ids, zip(done.group, done.split, done.why, strict=True), strict=True))


def clips_of(counts: dict[str, list[int]]) -> Clips:
    """Clips per subject per source, no two of them alike."""
    rows = [
        (source, f"{source}/p{person}", f"{source}/p{person}/{clip}")
        for source, sizes in counts.items()
        for person, size in enumerate(sizes)
        for clip in range(size)
    ]
    return Clips(
        [row[2] for row in rows], [row[0] for row in rows], [row[1] for row in rows], [None] * len(rows),
        np.arange(len(rows)),
    )  # fmt: skip


DATASETS = st.dictionaries(
    st.sampled_from(["arctic", "h2o", "hot3d", "gigahands"]),
    st.lists(st.integers(1, 12), min_size=1, max_size=8),
    min_size=1,
)


@given(
    counts=DATASETS,
    links=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=6),
    seed=st.integers(0, 9),
)
def test_groups_stay_whole(counts: dict[str, list[int]], links: list[tuple[int, int]], seed: int) -> None:
    clips = clips_of(counts)
    for one, other in links:
        clips.duplicates[other % len(clips.ids)] = clips.duplicates[one % len(clips.ids)]
    done = clips.split(SplitSettings(seed=seed))
    for key in (clips.subjects, clips.duplicates.tolist()):
        sides: dict[object, set[str]] = {}
        for value, clip in zip(key, clips.ids, strict=True):
            sides.setdefault(value, set()).add(done[clip][1])
        assert all(len(found) == 1 for found in sides.values())


@given(counts=DATASETS, seed=st.integers(0, 9))
def test_every_source_with_three_subjects_is_everywhere(counts: dict[str, list[int]], seed: int) -> None:
    clips = clips_of(counts)
    done = clips.split(SplitSettings(seed=seed))
    for source, sizes in counts.items():
        if len(sizes) >= 3:
            found = {done[clip][1] for clip, of in zip(clips.ids, clips.sources, strict=True) if of == source}
            assert found == {"train", "val", "test"}


@given(counts=DATASETS, seed=st.integers(0, 9), order=st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_the_order_of_clips_does_not_matter(counts: dict[str, list[int]], seed: int, order: object) -> None:
    clips = clips_of(counts)
    places = list(range(len(clips.ids)))
    order.shuffle(places)  # type: ignore[attr-defined]
    shuffled = Clips(
        *([column[place] for place in places] for column in (clips.ids, clips.sources, clips.subjects, clips.official)),
        clips.duplicates[places],
    )
    assert shuffled.split(SplitSettings(seed=seed)) == clips.split(SplitSettings(seed=seed))


@given(sizes=st.lists(st.integers(5, 40), min_size=8, max_size=30), seed=st.integers(0, 20))
def test_the_wanted_shares_are_reached_and_hardly_passed(sizes: list[int], seed: int) -> None:
    clips = clips_of({"h2o": sizes})
    sides = [entry[1] for entry in clips.split(SplitSettings(seed=seed, val_fraction=0.1, test_fraction=0.2)).values()]
    for side, share in (("val", 0.1), ("test", 0.2)):
        assert share * len(sides) <= sides.count(side) <= share * len(sides) + max(sizes)


def test_the_demo_has_enough_to_test_on() -> None:
    clips = clips_of({"gigahands": [75] * 6, "hot3d": [75] * 6, "h2o": [75] * 4})
    sides = [entry[1] for entry in clips.split().values()]
    assert sides.count("test") >= 200
    assert sides.count("val") >= 100
    assert sides.count("train") >= 700


def test_another_seed_tests_on_other_people() -> None:
    clips = clips_of({"h2o": [10] * 20})
    tested = {
        frozenset(group for group, side, _ in clips.split(SplitSettings(seed=seed)).values() if side == "test")
        for seed in range(5)
    }
    assert len(tested) > 1


def test_small_sources_train_beside_large_ones_but_not_alone() -> None:
    beside = clips_of({"h2o": [10, 10], "hot3d": [10] * 6}).split()
    assert {side for clip, (_, side, _) in beside.items() if clip.startswith("h2o")} == {"train"}
    alone = clips_of({"h2o": [10, 10], "hot3d": [10, 10]}).split()
    assert {side for _, side, _ in alone.values()} == {"train", "val", "test"}


def test_shared_motion_is_named_as_the_reason() -> None:
    clips = clips_of({"h2o": [3, 3, 3, 3], "handx": [2]})
    clips.duplicates[clips.ids.index("handx/p0/1")] = clips.duplicates[clips.ids.index("h2o/p2/0")]
    done = clips.split()
    assert done["handx/p0/0"] == done["h2o/p2/2"]
    assert done["handx/p0/0"][2] == "by subject, with near-identical motion of 2 subjects"
    assert done["h2o/p0/0"][2] == "by subject"


def test_the_official_protocol_follows_labels_and_near_identical_motion() -> None:
    clips = clips_of({"h2o": [6], "hot3d": [4] * 5, "handx": [3]})
    for number, label in enumerate(("train", "train", "train", "val", "test", "train")):
        clips.official[number] = label
    clips.duplicates[5] = clips.duplicates[4]  # an official training clip that is also tested on
    clips.duplicates[clips.ids.index("handx/p0/2")] = clips.duplicates[0]
    done = clips.split(SplitSettings(protocol="official"))
    assert [done[clip][1] for clip in clips.ids[:6]] == ["train", "train", "train", "val", "test", "test"]
    assert done["h2o/p0/3"][2] == "official val"
    assert done["h2o/p0/5"][2] == "near-identical to a clip of official test"
    assert {done[f"handx/p0/{clip}"][1] for clip in range(3)} == {"train"}
    assert {done[clip][1] for clip in clips.ids if clip.startswith("hot3d")} == {"train", "val", "test"}


def test_fractions_must_leave_some_to_train() -> None:
    with pytest.raises(ValidationError, match="below 1"):
        SplitSettings(val_fraction=0.5, test_fraction=0.5)


def motions(count: int) -> NDArray[np.float64]:
    """Hands of 21 points that drift apart smoothly, each clip its own way; one hand shape."""
    rng = np.random.default_rng(5)
    shape = rng.normal(0, 0.05, (2, 21, 3)) + np.array([[[-0.15, 0, 0]], [[0.15, 0, 0]]])
    time = np.linspace(0, 2, 60)[:, None, None, None]
    drift = rng.normal(0, 0.2, (count, 1, 2, 1, 3)) * np.sin(time + rng.uniform(0, 6, (count, 1, 1, 1, 1)))
    return shape + drift


def test_a_clean_split_has_no_violations() -> None:
    joints = motions(6)
    sides = ["train", "train", "val", "val", "test", "test"]
    subjects = ["a", "a", "b", "b", "c", "c"]
    assert split_violations(list("uvwxyz"), subjects, [None] * 6, sides, joints, SplitSettings()) == []


def test_planted_breaches_are_found() -> None:
    joints = motions(6)
    joints[4] = joints[1] + [1.0, 2.0, 0.1] + np.random.default_rng(1).normal(0, 0.001, joints[1].shape)
    sides = ["train", "train", "val", "val", "test", "tests"]
    subjects = ["a", "a", "b", "a", "c", "d"]
    assert split_violations(list("uvwxyz"), subjects, [None] * 6, sides, joints, SplitSettings()) == [
        "z: unknown split 'tests'",
        "a: on 2 sides: train, val",
        "v (train) and y (test): the same motion",
    ]


def test_officially_labelled_subjects_may_be_on_two_sides_under_that_protocol() -> None:
    joints = motions(2)
    arguments = (["u", "v"], ["a", "a"], ["train", "test"], ["train", "test"], joints)
    assert split_violations(*arguments, SplitSettings(protocol="official")) == []
    assert split_violations(*arguments, SplitSettings()) == ["a: on 2 sides: test, train"]
