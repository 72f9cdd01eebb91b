"""Damaged clips and MANO poses of HOT3D give a rejection or a sound recording."""

import pytest
from hot3d_clip_files import clip_files, write_tar
from mutation import mutate_and_read
from test_hot3d_mano import write_sequence

from handx_core.sources.hot3d import Hot3d


@pytest.mark.parametrize("as_matrix", [False, True])
def test_mutation_of_clips(tmp_path, as_matrix):
    write_tar(tmp_path / "train_aria" / "clip-000007.tar", clip_files(as_matrix=as_matrix))
    mutate_and_read(Hot3d(), tmp_path, ("**/*.tar",), seed=41)


@pytest.mark.parametrize("kind", ["clip", "sequence"])
def test_mutation_of_mano_poses(tmp_path, standin, kind):
    if kind == "clip":
        write_tar(tmp_path / "clip-000007.tar", clip_files())
    else:
        write_sequence(tmp_path)
    mutate_and_read(Hot3d("mano"), tmp_path, ("**/*.tar", "**/mano_*.jsonl", "**/metadata.json"), seed=43, mano=standin)
