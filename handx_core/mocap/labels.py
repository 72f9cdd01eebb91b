"""Which column of a take is which marker of which hand: matching of labels.

What belongs here: from the labels of a file to markers of a marker set. What does not: units (`units`), and whether
what is labelled a left hand is one (`anatomy`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from handx_core.errors import RawDataError
from handx_core.mocap.marker_set import MarkerSet, label_table, plain
from handx_core.mocap.take import MarkerTake
from handx_core.mocap.units import metres_per_unit, require_size_of_hands
from handx_core.skeleton import HANDS

_LONGEST_LABEL: Final = 64
"""Letters of a label that are looked at. Software gives labels of some tens; the bound also bounds what an unlucky
regular expression of a marker set can cost."""

_MOST_FORMS: Final = 16
"""Of one label, with more and more stripped from its front."""

_MOST_NAMED: Final = 5
"""Labels that a note or an error names before it only counts them."""


@dataclass(frozen=True, eq=False)
class HandMarkers:
    """The markers of both hands of a take.

    positions: (T, 2, N, 3) float64, metres, in the file's own axes, NaN where missing; hand axis left, right, marker
    axis in the order of the marker set. rate_hz: frames per second. notes: what a person should know of how the
    markers were found.
    """

    positions: NDArray[np.float64]
    rate_hz: float
    notes: tuple[str, ...]


def match_markers(take: MarkerTake, marker_set: MarkerSet, path: Path) -> HandMarkers:
    """Find the markers of both hands in a take. path: of the take, for messages.

    A label counts without regard to case, blanks and the signs between its parts, and after any of the prefixes that
    may be stripped; those of `ignore`, and points without a label, are left out. A label found twice keeps its first
    column. Coordinates are those of the take, or in the unit that the marker set names.

    Raises RawDataError for a label that is no marker of the set and not ignored (with the nearest one that is), where
    a hand was never seen, and where the hands have not the size of hands.
    """
    columns, notes = _columns(take.labels, marker_set, path)
    positions = np.full((len(take.positions), len(HANDS), len(marker_set.markers), 3), np.nan)
    for (hand, marker), column in columns.items():
        positions[:, hand, marker] = take.positions[:, column]
    positions *= metres_per_unit(marker_set.units, take.header) / take.header.metres_per_unit
    for hand, name in enumerate(HANDS):
        if not np.isfinite(positions[:, hand, :, 0]).any():
            raise RawDataError(path, f"expected markers of both hands, found none of the {name} hand in any frame")
    require_size_of_hands(positions, marker_set.units, take.header, path)
    return HandMarkers(positions, take.rate_hz, notes)


def _columns(
    labels: Sequence[str], marker_set: MarkerSet, path: Path
) -> tuple[dict[tuple[int, int], int], tuple[str, ...]]:
    """The column of each marker that is there, by (hand, marker), and notes on the labels."""
    table = label_table(marker_set)
    columns: dict[tuple[int, int], int] = {}
    ignored, unknown, doubled = [], [], []
    for column, written in enumerate(labels):
        forms = list(_forms(written, marker_set.strip_prefixes))
        found = next((table[plain(form)] for form in forms if plain(form) in table), None)
        if not forms or _is_ignored(forms, marker_set.ignore):
            ignored.append(written)
        elif found is None:
            unknown.append(written)
        elif columns.setdefault(found, column) != column:
            doubled.append(written)
    if unknown:
        raise RawDataError(path, _complaint(unknown, marker_set))
    notes = [f"{len(ignored)} labels ignored: {_some(ignored)}"] if ignored else []
    if doubled:
        notes.append(f"{len(doubled)} labels found again, of which only the first column is used: {_some(doubled)}")
    for hand, name in enumerate(HANDS):
        absent = [marker.name for index, marker in enumerate(marker_set.markers) if (hand, index) not in columns]
        if absent:
            notes.append(f"{name} hand without {len(absent)} of {len(marker_set.markers)} markers: {_some(absent)}")
    return columns, tuple(notes)


def _forms(label: str, strip_prefixes: Sequence[str]) -> Iterator[str]:
    """A label as it is, then with one prefix after another stripped; none of a label that is blank."""
    forms = [label[:_LONGEST_LABEL].strip()]
    for form in forms:
        if form:
            yield form
        for pattern in strip_prefixes:
            match = re.match(pattern, form, re.IGNORECASE)
            if match and match.end() and len(forms) < _MOST_FORMS:
                forms.append(form[match.end() :].strip())


def _is_ignored(forms: Sequence[str], ignore: Sequence[str]) -> bool:
    return any(re.fullmatch(pattern, form, re.IGNORECASE) for form in forms for pattern in ignore)


def _complaint(unknown: Sequence[str], marker_set: MarkerSet) -> str:
    names = {
        plain(side + label): f"{side}_{label}"
        for side in (*marker_set.left, *marker_set.right)
        for marker in marker_set.markers
        for label in marker.labels
    }
    forms = [plain(form) for form in _forms(unknown[0], marker_set.strip_prefixes)]
    nearest = max(names, key=lambda name: max(SequenceMatcher(None, form, name).ratio() for form in forms))
    return (
        f"expected labels of the marker set {marker_set.name}, found {len(unknown)} unknown: {_some(unknown)}. The "
        f"nearest to the first is {names[nearest]}; add it to that marker's `labels`, or to `ignore`, in the marker set"
    )


def _some(labels: Sequence[str]) -> str:
    named = ", ".join(label[:_LONGEST_LABEL].strip() for label in labels[:_MOST_NAMED])
    return named + (", ..." if len(labels) > _MOST_NAMED else "")
