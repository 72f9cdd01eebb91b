"""Damaged clips and MANO poses of HOT3D give a rejection or a sound recording."""

import pytest
from hot3d_clip_files import clip_files, write_tar
from mutation import mutate_and_read

from handx_core.sources.hot3d import Hot3d


@pytest.mark.parametrize("as_matrix", [False, True])
def test_mutation_of_clips(tmp_path, as_matrix):
    write_tar(tmp_path / "train_aria" / "clip-000007.tar", clip_files(as_matrix=as_matrix))
    mutate_and_read(Hot3d(), tmp_path, ("**/*.tar",), seed=41)
