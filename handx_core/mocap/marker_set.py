"""Which markers a hand wears, where they sit, and what a studio calls them: marker sets, as TOML files.

What belongs here: the values of a marker set, reading them from TOML, and the text that travels with takes. What does
not: finding the markers in a take (`labels`), or how long a hand's bones are (the solver's template).

Each segment of the hand has a frame. For a right hand, y runs along the bone to its distal end, z is dorsal (out of
the back of the hand, the nail's side), and x = y cross z, which is ulnar in the right palm; a left hand is its mirror
image in x. The origin is the segment's proximal joint centre. The palm's is the wrist's joint centre, its y points to
the middle MCP; the forearm's is the wrist's joint centre too, and its y also points distally. A marker sits either
`along` its bone with `height_mm` above the bone's axis, or at `pos_mm` in the frame, for an adult hand 190 mm long.
"""

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

from handx_core.errors import RawDataError
from handx_core.skeleton import FINGERS

SEGMENTS: Final = (
    "forearm", "palm", *(f"{finger}_metacarpal" for finger in FINGERS[1:]), "thumb_metacarpal", "thumb_proximal",
    "thumb_distal",
    *(f"{finger}_{bone}" for finger in FINGERS[1:] for bone in ("proximal", "middle", "distal")),
)  # fmt: skip
"""What a marker can be fixed to. The metacarpals of index and middle finger move with the palm, and have its frame;
those of ring and little finger move against it."""

PALM_SEGMENTS: Final = ("palm", *(f"{finger}_metacarpal" for finger in FINGERS[1:]))
"""The segments of the back of the hand."""

BONE_NAMES: Final = tuple(
    f"{finger}_{bone}"
    for finger in FINGERS
    for bone in (("carpal",) if finger == "thumb" else ())
    + ("metacarpal", "proximal")
    + (() if finger == "thumb" else ("middle",))
    + ("distal",)
)
"""Of the 20 bones, in the order of skeleton.BONES: a finger's metacarpal runs from the wrist's centre to its MCP joint,
the thumb's from its CMC joint, and a distal bone ends at the finger's tip."""

HAND_LENGTH: Final = "hand_length"
"""The caliper measure from the wrist's crease to the tip of the middle finger, palm up, fingers straight."""

TEMPLATE_HAND_LENGTH_MM: Final = 190.0
"""Of the hand for which `pos_mm` and `height_mm` are given."""

HAND25: Final = Path(__file__).parent / "marker_sets" / "hand25.toml"
"""The shipped set of 25 markers a hand."""

Units = Literal["auto", "mm", "cm", "m"]
UpAxis = Literal["y", "z"]

_LARGEST_FILE: Final = 1 << 20
_MOST_ENTRIES: Final = 100
_ALONG: Final = (-0.5, 1.5)
_HEIGHT_MM: Final = (-50.0, 50.0)
_POSITION_MM: Final = (-250.0, 250.0)
_SD_MM: Final = (0.1, 30.0)
_CALIPER_MM: Final = (5.0, 300.0)
"""Lowest and highest value of each number: beyond them a file is in other units, or a digit is missing."""

_OPTIONAL_OF_MARKER: Final = ("labels", "along", "height_mm", "pos_mm")

_BLANKS: Final = re.compile(r"[\s_\-.:]+")


@dataclass(frozen=True)
class Marker:
    """One marker of a hand.

    labels: what studios call it, without the side; its own name is the first of them. along: place on its segment's
    bone, 0 = proximal joint, 1 = distal joint or tip, and height_mm above (dorsal of) the bone's axis; or pos_mm,
    x y z in the segment's frame of a right hand 190 mm long. Exactly one of along and pos_mm is given; with pos_mm,
    height_mm is 0. sd_mm: standard deviation of its true place about that one, along each axis.
    """

    name: str
    segment: str
    labels: tuple[str, ...]
    along: float | None
    height_mm: float
    pos_mm: tuple[float, float, float] | None
    sd_mm: float


@dataclass(frozen=True)
class MarkerSet:
    """The markers of each hand, and how a studio's files name and measure them.

    units: of the file's coordinates; "auto" trusts what the file says. up: the file's vertical axis. strip_prefixes:
    what may stand before a label, ignore: labels that are no marker of a hand; both regular expressions, in which case
    does not matter. left, right: what begins the labels of each hand. caliper_mm: measured lengths of the subject, by
    names of BONE_NAMES or HAND_LENGTH.
    """

    name: str
    units: Units
    up: UpAxis
    strip_prefixes: tuple[str, ...]
    ignore: tuple[str, ...]
    left: tuple[str, ...]
    right: tuple[str, ...]
    markers: tuple[Marker, ...]
    caliper_mm: dict[str, float]


def load_marker_set(path: Path) -> MarkerSet:
    """The marker set of a TOML file; `hand25.toml` beside this module shows every key, with comments.

    Raises RawDataError that names the key, what was expected and what was found, where the file is not TOML, a key is
    missing or unknown, a value is of another type or beyond sense, or two markers would have the same label.
    """
    return _marker_set(_Reader(path), _parse(path))


def marker_set_text(marker_set: MarkerSet) -> str:
    """A marker set as JSON, with the keys of its TOML file: equal sets give equal texts."""
    markers = {}
    for marker in marker_set.markers:
        along = {"along": marker.along, "height_mm": marker.height_mm}
        place = {"pos_mm": marker.pos_mm} if marker.pos_mm is not None else along
        markers[marker.name] = {"segment": marker.segment, **place, "sd_mm": marker.sd_mm, "labels": marker.labels[1:]}
    table = {field: getattr(marker_set, field) for field in MarkerSet.__dataclass_fields__} | {"markers": markers}
    return json.dumps(table, ensure_ascii=False)


def marker_set_from(text: str) -> MarkerSet:
    """The marker set of a text by `marker_set_text`. Raises RawDataError, as `load_marker_set`, where it is none."""
    path = Path("marker_set")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RawDataError(path, f"expected JSON, found: {error}") from None
    return _marker_set(_Reader(path), value)


def _marker_set(reader: "_Reader", value: Any) -> MarkerSet:
    table = reader.table(value, "the file")
    reader.known(table, "the file", tuple(MarkerSet.__dataclass_fields__), optional=("caliper_mm",))
    markers = reader.table(table["markers"], "markers")
    if not markers:
        raise RawDataError(reader.path, "expected at least one marker in `markers`, found none")
    calipers = reader.table(table.get("caliper_mm", {}), "caliper_mm")
    reader.known(calipers, "caliper_mm", (HAND_LENGTH, *BONE_NAMES), optional=(HAND_LENGTH, *BONE_NAMES))
    marker_set = MarkerSet(
        name=reader.text(table["name"], "name"),
        units=reader.choice(table["units"], "units", get_args(Units)),
        up=reader.choice(table["up"], "up", get_args(UpAxis)),
        strip_prefixes=reader.patterns(table["strip_prefixes"], "strip_prefixes"),
        ignore=reader.patterns(table["ignore"], "ignore"),
        left=reader.sides(table["left"], "left"),
        right=reader.sides(table["right"], "right"),
        markers=tuple(_marker(reader, name, entry) for name, entry in markers.items()),
        caliper_mm={name: reader.number(mm, f"caliper_mm.{name}", _CALIPER_MM) for name, mm in calipers.items()},
    )
    try:
        label_table(marker_set)
    except ValueError as error:
        raise RawDataError(reader.path, str(error)) from None
    return marker_set


def label_table(marker_set: MarkerSet) -> dict[str, tuple[int, int]]:
    """What each full label stands for: plain label (see `plain`) -> (hand, index of the marker).

    Raises ValueError where one label would stand for two markers.
    """
    table: dict[str, tuple[int, int]] = {}
    for hand, sides in enumerate((marker_set.left, marker_set.right)):
        for side in sides:
            for index, marker in enumerate(marker_set.markers):
                for label in marker.labels:
                    key = plain(side + label)
                    if table.setdefault(key, (hand, index)) != (hand, index):
                        other = marker_set.markers[table[key][1]].name
                        raise ValueError(
                            f"expected labels that each name one marker of one hand, found that {side}{label} is "
                            f"both {other} and {marker.name}, or on both hands"
                        )
    return table


def plain(label: str) -> str:
    """A label without regard to case, blanks, and the signs that stand between its parts: `L_HB1` is `lhb1`."""
    return _BLANKS.sub("", label).casefold()


def _parse(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise RawDataError(path, f"expected a marker set that can be read, found: {error.strerror}") from error
    if len(content) > _LARGEST_FILE:
        raise RawDataError(path, f"expected a marker set of at most {_LARGEST_FILE} bytes, found more")
    try:
        return tomllib.loads(content.decode("utf-8"))
    # Besides what is no TOML: an integer of thousands of digits is a ValueError, nesting exhausts the parser.
    except (ValueError, RecursionError) as error:
        raise RawDataError(path, f"expected a TOML file in UTF-8, found: {error}") from error


def _marker(reader: "_Reader", name: str, entry: Any) -> Marker:
    key = f"markers.{name}"
    table = reader.table(entry, key)
    reader.known(
        table, key, tuple(Marker.__dataclass_fields__)[1:], optional=("labels", "along", "height_mm", "pos_mm")
    )
    place = {"along", "height_mm", "pos_mm"} & table.keys()
    if place not in ({"along", "height_mm"}, {"pos_mm"}):
        found = " and ".join(sorted(place)) or "neither"
        raise RawDataError(reader.path, f"expected `along` and `height_mm`, or `pos_mm` alone, in {key}, found {found}")
    segment = reader.choice(table["segment"], f"{key}.segment", SEGMENTS)
    if "along" in place and segment in ("forearm", "palm"):
        raise RawDataError(
            reader.path, f"expected `pos_mm` in {key}, since the {segment} is no one bone, found `along`"
        )
    return Marker(
        name=reader.text(name, key),
        segment=segment,
        labels=(name, *reader.texts(table.get("labels", []), f"{key}.labels")),
        along=reader.number(table["along"], f"{key}.along", _ALONG) if "along" in place else None,
        height_mm=reader.number(table["height_mm"], f"{key}.height_mm", _HEIGHT_MM) if "along" in place else 0.0,
        pos_mm=reader.point(table["pos_mm"], f"{key}.pos_mm") if "pos_mm" in place else None,
        sd_mm=reader.number(table["sd_mm"], f"{key}.sd_mm", _SD_MM),
    )


@dataclass(frozen=True)
class _Reader:
    """Takes values of a TOML file by their key; each raises RawDataError where the value is another."""

    path: Path

    def wrong(self, key: str, expected: str, found: Any) -> RawDataError:
        try:
            text = str(found)
        except ValueError:  # of an integer with thousands of digits
            text = type(found).__name__
        return RawDataError(self.path, f"expected {expected} for {key}, found {text[:80]!r}")

    def known(self, table: dict[str, Any], key: str, names: tuple[str, ...], optional: tuple[str, ...]) -> None:
        for name in table.keys() - set(names):
            raise RawDataError(self.path, f"expected only {', '.join(names)} in {key}, found {name[:80]!r}")
        for name in names:
            if name not in table and name not in optional:
                raise RawDataError(self.path, f"expected a value `{name}` in {key}, found none")

    def table(self, value: Any, key: str) -> dict[str, Any]:
        if not isinstance(value, dict) or len(value) > _MOST_ENTRIES:
            raise self.wrong(key, f"a table of at most {_MOST_ENTRIES} entries", value)
        return value

    def text(self, value: Any, key: str) -> str:
        if not isinstance(value, str) or not plain(value):
            raise self.wrong(key, "a text", value)
        return value

    def choice(self, value: Any, key: str, choices: tuple[Any, ...]) -> Any:
        if not isinstance(value, str) or value not in choices:
            raise self.wrong(key, f"one of {', '.join(choices)}", value)
        return value

    def texts(self, value: Any, key: str) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) > _MOST_ENTRIES:
            raise self.wrong(key, f"a list of at most {_MOST_ENTRIES} texts", value)
        return tuple(self.text(item, key) for item in value)

    def sides(self, value: Any, key: str) -> tuple[str, ...]:
        sides = self.texts(value, key)
        if not sides:
            raise self.wrong(key, "at least one beginning of a label", value)
        return sides

    def patterns(self, value: Any, key: str) -> tuple[str, ...]:
        patterns = self.texts(value, key)
        try:
            for pattern in patterns:
                re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as error:
            raise self.wrong(key, "regular expressions", error) from None
        return patterns

    def number(self, value: Any, key: str, limits: tuple[float, float]) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not limits[0] <= value <= limits[1]:
            raise self.wrong(key, f"a number from {limits[0]:g} to {limits[1]:g}", value)
        return float(value)

    def point(self, value: Any, key: str) -> tuple[float, float, float]:
        if not isinstance(value, list) or len(value) != 3:
            raise self.wrong(key, "three numbers, [x, y, z]", value)
        x, y, z = (self.number(item, key, _POSITION_MM) for item in value)
        return x, y, z
