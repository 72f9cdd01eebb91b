"""HOT3D: both hands from optical motion capture, recorded with Aria glasses or a Quest 3.

Below the root, at any depth, lie sequences, folders with `metadata.json` (see `hot3d_sequences`), and HOT3D-Clips,
`clip-<6 digits>.tar` (see `hot3d_clips`). Both hold each hand as UmeTrack's joint angles and as MANO's components.
UmeTrack is the default: MANO was fitted to it, and it needs no licensed model. With
`hand_model="mano"` the other one is read.

Stored in Recording.arrays (hand axis: left, right):
- `wrist_rotations` (T, 2, 4) unit quaternions w x y z, `wrist_translations` (T, 2, 3) m, both from the wrist (for MANO:
  from the model, turned about its rest wrist) to the world
- `present` (T, 2) 1 where the file has the hand, `unmasked` (T,) 1 where no mask says False
- kind umetrack: `angles` (T, 2, 22) rad, `profile_axes` (22, 3), `profile_pivots` (22, 3) mm, `profile_landmarks`
  (21, 3) mm, `profile_bones` (21, 3), `profile_weights` (21, 3): see handx_core.hand_models.umetrack
- kind mano: `coefficients` (T, 2, 15) of principal components, `betas` (10,) for both hands
Native frame: metric world, z up for Aria and y up for Quest 3, any yaw. The recording's variant says which, and what
was read: `z_up`, `clip_z_up`, `mano_z_up`, `mano_clip_z_up`, and the same for y.

Evidence: the toolkits facebookresearch/hot3d (PathProvider, loader_hand_poses, UmeTrackHandDataProvider, mano_layer)
and hand_tracking_toolkit, and a real sequence: bone lengths constant, tips on the mesh, chirality right, gravity
(0, 0, -9.81) in Aria's world. What belongs here: the source. What does not: its files, or what a pose means.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from handx_core.errors import RawDataError, Rejection
from handx_core.hand_models.mano import ManoFiles
from handx_core.sources.base import FoundTakes, KnownHands, Recording, SourceInfo, Take, TrackedHands
from handx_core.sources.hot3d_clips import CLIP_NAME, clip_take, read_clip
from handx_core.sources.hot3d_poses import HandModel, mano_joints, umetrack_joints
from handx_core.sources.hot3d_sequences import POSES, PROFILE, WithheldError, read_sequence, sequence_take

INFO: Final = SourceInfo(
    title="HOT3D (Project Aria and Quest 3)",
    download="https://www.projectaria.com/datasets/hot3D/",
    licence="CC BY-NC-SA (hand data)",
    expects="sequence folders such as P0003_c701bd11, at any depth, each with metadata.json, "
    f"{POSES['umetrack']}, {PROFILE} and masks/ (for `hot3d_hand_model: mano` {POSES['mano']}, masks/ and MANO); or "
    "HOT3D-Clips such as clip-001849.tar",
    size="hand poses and masks are small beside the recordings; 424 sequences, 14 h",
)


@dataclass(frozen=True)
class Hot3d:
    """The reader of HOT3D. hand_model: which of the two models its poses are taken from."""

    hand_model: HandModel = "umetrack"

    name = "hot3d"
    info = INFO

    def find_takes(self, root: Path, mano: ManoFiles) -> FoundTakes:
        """Every folder with metadata.json and every clip; none where MANO is wanted and cannot be used.

        Those without ground truth are rejected and say so; those of the test set, which is published without it, all
        in one: they are no fault of a download, and among hundreds of them nobody would see one that is.
        """
        takes: list[Take] = []
        rejected: list[Rejection] = []
        withheld: list[Path] = []
        for folder, folders, files in os.walk(root):
            folders.sort()
            here = Path(folder).relative_to(root)
            paths = [here] if "metadata.json" in files else []
            paths += [here / name for name in sorted(files) if _is_clip(Path(name)) and Path(folder, name).is_file()]
            for path in paths:
                try:
                    takes.append(self._take(root, path))
                except WithheldError:
                    withheld.append(path)
                except RawDataError as error:
                    rejected.append(Rejection(str(error.path), "take", error.reason))
        fault = mano.fault() if takes and self.hand_model == "mano" else None
        if fault is not None:
            return FoundTakes((), (fault,))
        if withheld:
            rejected.append(_test_set(withheld))
        return FoundTakes(tuple(sorted(takes, key=lambda take: take.recording_id)), tuple(rejected))

    def _take(self, root: Path, path: Path) -> Take:
        return clip_take(root, path) if _is_clip(path) else sequence_take(root, path, self.hand_model)

    def read_take(self, root: Path, take: Take) -> Recording:
        """The poses of a sequence or clip, one row an instant. Raises RawDataError."""
        is_clip = _is_clip(take.path)
        up, times, arrays = (read_clip if is_clip else read_sequence)(root, take.path, self.hand_model)
        variant = ("mano_" if self.hand_model == "mano" else "") + ("clip_" if is_clip else "") + f"{up}_up"
        stored = {name: values.astype(np.float32) for name, values in arrays.items()}
        session = take.subject == take.recording_id
        return Recording(take, self.hand_model, variant, times, stored, INFO.licence, subject_is_session=session)

    def to_hands(self, recording: Recording, known: KnownHands) -> TrackedHands:
        """Forward kinematics, then z up: (x, y, z) of Aria stays, (x, -z, y) of Quest 3's y-up world.

        Raises RawDataError where a recording of kind mano meets no usable model.
        """
        arrays = recording.arrays
        joints = mano_joints(arrays, known.mano) if recording.kind == "mano" else umetrack_joints(arrays)
        if recording.variant.endswith("y_up"):
            joints = joints[..., [0, 2, 1]] * np.array([1.0, -1.0, 1.0])
        tracked = (arrays["present"] > 0) & (arrays["unmasked"] > 0)[:, None]
        joints[~tracked] = np.nan
        return TrackedHands(recording.times, joints, np.repeat(tracked[..., None], joints.shape[2], axis=2))


def _test_set(withheld: list[Path]) -> Rejection:
    """What to tell of the takes of the test set, by what their paths share."""
    n_clips = sum(map(_is_clip, withheld))
    reason = (
        f"expected ground truth, found {len(withheld) - n_clips} sequences and {n_clips} clips of the test set, whose "
        "hands are not published"
    )
    return Rejection(os.path.commonpath(withheld) or ".", "take", reason)


def _is_clip(path: Path) -> bool:
    return CLIP_NAME.fullmatch(path.name) is not None
