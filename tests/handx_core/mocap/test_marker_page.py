"""The page for the capture studio says what the marker set and the code say."""

import re
from pathlib import Path

from handx_core.mocap.marker_set import BONE_NAMES, HAND25, HAND_LENGTH, load_marker_set
from handx_core.synthetic.capture_motion import ROUTINE_S

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "optical_capture.md").read_text("utf-8")


def test_the_table_lists_the_markers_in_their_order() -> None:
    rows = re.findall(r"^\| (\d+) \| ([A-Z0-9]+) \|", PAGE, flags=re.MULTILINE)
    names = [marker.name for marker in load_marker_set(HAND25).markers]
    assert rows == [(str(number), name) for number, name in enumerate(names)]


def test_the_routine_has_no_hole_and_the_length_of_the_synthetic_one() -> None:
    steps = [(int(start), int(end)) for start, end in re.findall(r"^\| (\d+) s \| (\d+) s \|", PAGE, re.MULTILINE)]
    assert steps[0][0] == 0
    assert [start for start, _ in steps[1:]] == [end for _, end in steps[:-1]]
    assert steps[-1][1] == ROUTINE_S


def test_caliper_measures_have_names_that_a_marker_set_takes() -> None:
    named = re.findall(r"^- (`.*)", PAGE, flags=re.MULTILINE)
    measures = [name for line in named for name in re.findall(r"`(\w+[a-z])`", line)]
    assert len(measures) == 7
    assert set(measures) <= {HAND_LENGTH, *BONE_NAMES}


def test_links_lead_somewhere_and_the_picture_is_small() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (DOCS / target).is_file(), target
    assert (DOCS / "markers.png").stat().st_size < 200_000
