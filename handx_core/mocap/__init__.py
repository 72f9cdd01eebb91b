"""Optical motion capture: from a marker file to two hands.

What belongs in this room: reading C3D files, marker sets, cleaning, calibration of a subject, the solver. What does
not: raw folders and their layout (`sources`), and anything of the curated dataset.
"""

from handx_core.mocap.c3d_file import read_c3d
from handx_core.mocap.marker_set import HAND25, MarkerSet, load_marker_set
from handx_core.mocap.take import C3dHeader, MarkerTake

__all__ = ["HAND25", "C3dHeader", "MarkerSet", "MarkerTake", "load_marker_set", "read_c3d"]
