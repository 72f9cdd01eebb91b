"""Which clips train, validate and test.

By default nobody is on two sides: subjects who share near-identical motion are one group, and a group stays whole.
What belongs here: the rule, and an independent proof that a finished split keeps it. What does not: finding
near-identical motion (see `duplicates`).
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from handx_core.settings import Settings

SPLITS: Final = ("train", "val", "test")

_STRICTEST: Final = ("test", "val", "train")
"""Which official label wins where near-identical clips carry several: what is tested on is never trained on."""


class SplitSettings(Settings):
    """How clips are divided.

    protocol: "by_subject" divides by subject everywhere; "official" follows the label of a source's own protocol for
    the clips that have one (some of these put one subject on two sides) and divides the others by subject.
    test_fraction: the least share of clips that are tested on. val_fraction: likewise; the rest trains.
    """

    protocol: Literal["by_subject", "official"] = "by_subject"
    val_fraction: float = Field(default=0.1, gt=0.0, lt=1.0)
    test_fraction: float = Field(default=0.17, gt=0.0, lt=1.0)
    seed: int = 0

    @model_validator(mode="after")
    def _leave_some_to_train(self) -> "SplitSettings":
        if self.val_fraction + self.test_fraction >= 1.0:
            raise ValueError("val_fraction + test_fraction must be below 1")
        return self


@dataclass(frozen=True)
class Split:
    """For each clip its group, its split and what decided it, in the order that the clips were given."""

    group: tuple[str, ...]
    split: tuple[str, ...]
    why: tuple[str, ...]


@dataclass(frozen=True)
class _Group:
    """What stays on one side: its clips, the source that most of them come from, and how many clips it holds."""

    name: str
    source: str
    n_clips: int


def assign_splits(
    clip_ids: Sequence[str],
    sources: Sequence[str],
    subjects: Sequence[str],
    official: Sequence[str | None],
    duplicate_groups: Sequence[int] | NDArray[np.integer],
    settings: SplitSettings,
) -> Split:
    """Divide clips into train, val and test. All sequences have one entry a clip, in the same order.

    official: "train", "val", "test" or None, by the source's own protocol. duplicate_groups: from `find_duplicates`.
    Does not depend on the order of the clips. Every source with at least three groups is in every split; a source
    with fewer trains, unless the whole dataset has no more, in which case its sources are taken together.
    """
    follows = [settings.protocol == "official" and label is not None for label in official]
    nodes = [clip if own else subject for clip, own, subject in zip(clip_ids, follows, subjects, strict=True)]
    names = _linked_names(nodes, duplicate_groups)
    labels: dict[str, set[str]] = defaultdict(set)
    for name, own, label in zip(names, follows, official, strict=True):
        if own and label is not None:
            labels[name].add(label)
    decided = {name: next(split for split in _STRICTEST if split in found) for name, found in labels.items()}
    free = [(name, source) for name, source in zip(names, sources, strict=True) if name not in decided]
    by_subject = _divide(_groups(free), settings)
    members: dict[str, set[str]] = defaultdict(set)
    for name, subject in zip(names, subjects, strict=True):
        members[name].add(subject)
    why = []
    for name, own, label in zip(names, follows, official, strict=True):
        if name not in decided:
            shared = f", with near-identical motion of {len(members[name])} subjects" if len(members[name]) > 1 else ""
            why.append("by subject" + shared)
        elif own and label == decided[name]:
            why.append(f"official {label}")
        else:
            why.append(f"near-identical to a clip of official {decided[name]}")
    return Split(tuple(names), tuple(decided.get(name) or by_subject[name] for name in names), tuple(why))


def split_violations(
    clip_ids: Sequence[str],
    subjects: Sequence[str],
    official: Sequence[str | None],
    split: Sequence[str],
    joints: NDArray[np.floating],
    settings: SplitSettings,
) -> list[str]:
    """Prove a finished split from the clips alone: a sentence for each breach, none if it keeps the rule.

    joints: (N, 60, 2, 21, 3), metres. Checks that every split is a known one, that no subject is on two sides
    (subjects of officially labelled clips aside under that protocol), and that no near-identical pair is. Pairs are
    sought anew and exhaustively, frame against frame, not with the neighbour search that made the groups.
    """
    breaches = [
        f"{clip}: unknown split {side!r}" for clip, side in zip(clip_ids, split, strict=True) if side not in SPLITS
    ]
    sides: dict[str, set[str]] = defaultdict(set)
    for subject, label, side in zip(subjects, official, split, strict=True):
        if settings.protocol == "by_subject" or label is None:
            sides[subject].add(side)
    breaches += [
        f"{subject}: on {len(found)} sides: {', '.join(sorted(found))}"
        for subject, found in sorted(sides.items())
        if len(found) > 1
    ]
    for i, j in _same_motion_across(np.asarray(split), joints):
        breaches.append(f"{clip_ids[i]} ({split[i]}) and {clip_ids[j]} ({split[j]}): the same motion")
    return breaches


def _linked_names(nodes: Sequence[str], duplicate_groups: Sequence[int] | NDArray[np.integer]) -> list[str]:
    """Name each clip's group: the first name, alphabetically, of the nodes that near-identical motion links."""
    parent = {node: node for node in nodes}

    def root(node: str) -> str:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    seen: dict[int, str] = {}
    for node, duplicate in zip(nodes, duplicate_groups, strict=True):
        one, other = sorted((root(seen.setdefault(int(duplicate), node)), root(node)))
        parent[other] = one
    return [root(node) for node in nodes]


def _groups(free: Sequence[tuple[str, str]]) -> list[_Group]:
    """Groups from the (group, source) of each clip."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for name, source in free:
        counts[name][source] += 1
    return [
        _Group(name, min(by_source, key=lambda source: (-by_source[source], source)), sum(by_source.values()))
        for name, by_source in sorted(counts.items())
    ]


def _divide(groups: Sequence[_Group], settings: SplitSettings) -> dict[str, str]:
    """The split of each group: one of each source first, then more until the wanted shares are reached."""
    pools: dict[str, list[_Group]] = defaultdict(list)
    for group in groups:
        pools[group.source].append(group)
    divisible = {source: pool for source, pool in pools.items() if len(pool) >= len(SPLITS)}
    if not divisible and len(groups) > 1:
        divisible = {"all": list(groups)}
    total = sum(group.n_clips for group in groups)
    split = {group.name: "train" for group in groups}
    for side, fraction in (("test", settings.test_fraction), ("val", settings.val_fraction)):
        for pool in divisible.values():
            wanted = fraction * sum(group.n_clips for group in pool)
            left = [group for group in pool if split[group.name] == "train"]
            if len(left) > 1:
                chosen = min(left, key=lambda group: (max(0, group.n_clips - wanted), _rank(group.name, settings.seed)))
                split[chosen.name] = side
    for side, fraction in (("test", settings.test_fraction), ("val", settings.val_fraction)):
        _top_up(split, divisible, side, fraction * total, settings.seed)
    return split


def _top_up(split: dict[str, str], pools: dict[str, list[_Group]], side: str, wanted: float, seed: int) -> None:
    """Move groups from train to `side` until it holds the wanted number of clips, from the source with most to give."""
    held = sum(group.n_clips for pool in pools.values() for group in pool if split[group.name] == side)
    while held < wanted:
        training = {
            source: [group for group in pool if split[group.name] == "train"] for source, pool in sorted(pools.items())
        }
        source = max(training, key=lambda key: len(training[key]) / len(pools[key]), default=None)
        if source is None or len(training[source]) < 2:
            return
        chosen = min(training[source], key=lambda group: _rank(group.name, seed))
        split[chosen.name] = side
        held += chosen.n_clips


def _rank(name: str, seed: int) -> str:
    """A fixed place in a shuffled order that does not depend on what else there is."""
    return hashlib.sha256(f"{seed}/{name}".encode()).hexdigest()


def _same_motion_across(split: NDArray[np.str_], joints: NDArray[np.floating]) -> list[tuple[int, int]]:
    """Near-identical pairs (i, j) on two sides, each held-out clip against every clip of the other sides."""
    from handx_core.curation import duplicates  # here, so that naming the settings does not load scipy

    prints, bones = duplicates.fingerprints(joints), duplicates.mean_bones(joints)
    size = prints.shape[-1]
    radius = duplicates.FINGERPRINT_RADIUS_M * (size / duplicates.FINGERPRINT_SIZE) ** 0.5
    pairs = set()
    for i in np.flatnonzero(split != "train"):
        others = np.flatnonzero((split != split[i]) & duplicates.bones_agree(bones, bones[i]))
        for probe in duplicates.PROBES:
            own = prints[i, np.searchsorted(duplicates.TIMES, probe)]
            gaps = np.linalg.norm(prints[others] - own, axis=-1)
            near = gaps.min(axis=1, initial=np.inf) <= radius
            shifts = duplicates.TIMES[gaps[near].argmin(axis=1)] - probe
            for j, shift in zip(others[near], shifts, strict=True):
                distance = duplicates.same_motion_distance(joints[i], joints[j], int(shift))
                if distance <= duplicates.MAX_SAME_DISTANCE_M:
                    pairs.add((int(min(i, j)), int(max(i, j))))
    return sorted(pairs)
