"""Animations: motion survives packing, the page needs nothing from outside, a GIF has the frames it should."""

import base64
import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from handx_core.viewing.animation import (
    METRES_PER_UNIT,
    MISSING,
    Comparison,
    animation_fragments,
    motion_gif,
    pack_motion,
)


def motion(seed: int, n_frames: int = 60) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.3, 0.3, (n_frames, 2, 21, 3))


def unpack(text: str, n_frames: int) -> np.ndarray:
    units = np.frombuffer(base64.b64decode(text), "<i2").reshape(n_frames, 2, 21, 3)
    return np.where(units == MISSING, np.nan, units * METRES_PER_UNIT)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_packing_keeps_motion_to_a_twentieth_of_a_millimetre(seed: int) -> None:
    joints = motion(seed)
    joints[3, 1, 4] = np.nan
    found = unpack(pack_motion(joints), 60)
    assert np.array_equal(np.isnan(found), np.isnan(joints))
    assert np.nanmax(np.abs(found - joints)) <= METRES_PER_UNIT / 2 + 1e-12


def test_packing_keeps_a_motion_that_flew_away_in_range() -> None:
    found = unpack(pack_motion(np.full((1, 2, 21, 3), -1e9)), 1)
    assert np.allclose(found, -3.2767)


def test_the_player_comes_once_and_nothing_from_outside() -> None:
    pair = Comparison({"reference": motion(0), "generated": motion(1)}, {"left": "waves"}, "a/b/0")
    first, second = animation_fragments([pair, pair])
    assert first.endswith(second)
    assert "class Player" in first
    assert "class Player" not in second
    assert "__SKELETON__" not in first
    assert not re.search(r"https?://|src=|@import|fetch\(", first)
    assert animation_fragments([]) == []


def test_a_fragment_carries_its_motions_and_its_text_escaped() -> None:
    pair = Comparison({"reference": motion(0, 30), "</script>": motion(1, 30)}, {"left": "a <b> & c"}, "<id>")
    fragment = animation_fragments([pair, pair])[1]
    data = json.loads(re.search(r'application/json">(.*?)</script>', fragment).group(1))  # type: ignore[union-attr]
    assert data["frames"] == 30
    assert [np.allclose(unpack(text, 30), motion(seed, 30), atol=1e-4) for seed, text in enumerate(data["motions"])]
    assert "a &lt;b&gt; &amp; c" in fragment
    assert fragment.count("</script>") == 1


def test_motions_of_different_length_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="same number of frames"):
        animation_fragments([Comparison({"a": motion(0, 30), "b": motion(0, 31)}, {})])


def test_a_gif_loops_over_every_second_frame() -> None:
    gif = motion_gif(motion(0, 10), width_px=120)
    image = Image.open(io.BytesIO(gif))
    assert (image.n_frames, image.info["loop"], image.size) == (5, 0, (120, 74))  # type: ignore[attr-defined]
    assert image.info["duration"] == pytest.approx(1000 * 2 / 30, abs=10)
    assert gif == motion_gif(motion(0, 10), width_px=120)


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs a Chromium on the path to run the player")
def test_the_player_draws_in_a_browser(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    pair = Comparison({"reference": motion(0), "generated": motion(1)}, {"left": "waves"})
    probe = """<script>addEventListener("load", () => {
        const painted = [...document.querySelectorAll("canvas")].map((canvas) => canvas.getContext("2d")
            .getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0));
        document.title = JSON.stringify([painted, document.querySelector("output").textContent]);
    });</script>"""
    body = "".join(animation_fragments([pair])) + probe
    page.write_text(f"<!doctype html><meta charset=utf-8><title>no script ran</title><body>{body}", "utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    shown = subprocess.run(
        ["chromium", *options, page.as_uri()], capture_output=True, text=True, timeout=240, check=True
    ).stdout
    assert "[[true,true],&quot;" in shown or '[[true,true],"' in shown
