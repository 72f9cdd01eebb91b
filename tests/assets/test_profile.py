"""Profiles: every shipped one is right, and every mistake in one is named."""

import re
from pathlib import Path

import pytest

from assets.profile import SECTIONS, load_profile, profile_of
from handx_core.curation.settings import CurationSettings
from handx_core.curation.splits import SplitSettings
from handx_core.errors import ProfileError
from pipelines.definitions import PROFILES


@pytest.mark.parametrize("path", sorted(PROFILES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_profile_is_right(path: Path) -> None:
    load_profile(path.stem, PROFILES).check()


def test_there_is_a_demo_and_a_paper_profile() -> None:
    assert {"demo", "paper"} <= {path.stem for path in PROFILES.glob("*.yaml")}


def test_an_unknown_profile_names_those_that_there_are() -> None:
    with pytest.raises(ProfileError, match=r"no profile dmeo \(did you mean demo\?\).*demo, paper"):
        load_profile("dmeo", PROFILES)


def test_a_profile_may_be_a_file_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("curation: {stride: 15}\n")
    profile = load_profile(str(tmp_path / "mine.yaml"), PROFILES)
    assert profile.name == "mine"
    assert profile.section(CurationSettings, "curation").stride == 15


def test_a_profile_of_ones_own_may_say_what_differs_alone(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("base: demo\nallow_emptying: true\ncuration: {stride: 15}\n")
    profile, demo = load_profile(str(path), PROFILES), load_profile("demo", PROFILES)
    profile.check()
    assert (profile.name, profile.allow_emptying) == ("mine", True)
    assert profile.section(CurationSettings, "curation") == CurationSettings(stride=15)  # a section is taken as it is
    assert {name for name in demo.sections if demo.sections[name] != profile.sections[name]} == {"curation"}
    path.write_text("base: demmo\n")
    with pytest.raises(ProfileError, match="base: expected one of demo, paper, found 'demmo'"):
        load_profile(str(path), PROFILES)


@pytest.mark.parametrize("page", ["README.md", "docs/captions.md"])
def test_every_profile_of_the_documentation_is_right(page: str, tmp_path: Path) -> None:
    text = (PROFILES.parents[1] / page).read_text()
    shown = [block for block in re.findall(r"```yaml\n(.*?)```", text, re.S) if "base:" in block]
    fourth = re.findall(r"\| `(\{model: .*\})` \|", text)
    shown += [f"base: demo\ncaptions:\n  writer: llm\n  llm: {line}\n" for line in fourth]
    assert shown
    for block in shown:
        path = tmp_path / "mine.yaml"
        path.write_text(block)
        profile = load_profile(str(path), PROFILES)
        profile.check()
        assert len([line for line in block.splitlines() if line.strip() and not line.startswith("#")]) <= 12


def test_an_unknown_section_is_named_with_what_was_meant() -> None:
    with pytest.raises(ProfileError, match=r"no section curatoin \(did you mean curation\?\)"):
        profile_of("p", {"curatoin": {}})


def test_an_unknown_key_is_named_with_what_was_meant() -> None:
    with pytest.raises(ProfileError, match=r"curation\.strid: no such key \(did you mean stride\?\)"):
        profile_of("p", {"curation": {"strid": 3}}).section(CurationSettings, "curation")


def test_an_unknown_key_of_a_source_is_named_with_what_was_meant() -> None:
    values = {"curation": {"intensity_by_source": {"h2o": {"min_sped_m_s": 1.0}}}}
    expected = r"curation\.intensity_by_source\.h2o\.min_sped_m_s: no such key \(did you mean min_speed_m_s\?\)"
    with pytest.raises(ProfileError, match=expected):
        profile_of("p", values).section(CurationSettings, "curation")


def test_an_unknown_source_is_named_with_those_that_there_are() -> None:
    values = {"curation": {"intensity_by_source": {"h20": {"min_speed_m_s": 1.0}}}}
    with pytest.raises(
        ProfileError, match=r"curation\.intensity_by_source: .*no source h20: expected some of gigahands"
    ):
        profile_of("p", values).section(CurationSettings, "curation")


def test_a_wrong_value_is_named_with_what_was_found() -> None:
    with pytest.raises(ProfileError, match=r"curation\.stride: .*found 'many'"):
        profile_of("p", {"curation": {"stride": "many"}}).section(CurationSettings, "curation")


@pytest.mark.parametrize("values", ["text", ["a"], {"curation": 3}, {"allow_emptying": "yes"}])
def test_what_is_no_profile_is_refused(values: object) -> None:
    with pytest.raises(ProfileError, match="expected"):
        profile_of("p", values)


def test_a_missing_section_is_named() -> None:
    with pytest.raises(ProfileError, match="the section split is missing"):
        profile_of("p", {}).section(SplitSettings, "split")


def test_what_is_no_yaml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("curation: {stride: 15\n")
    with pytest.raises(ProfileError, match="not YAML"):
        load_profile("broken", tmp_path)


def test_the_fingerprint_follows_the_values_of_its_sections_alone() -> None:
    def fingerprint(stride: int, seed: int) -> str:
        values = {"curation": {"stride": stride}, "split": {"seed": seed}}
        return profile_of("p", values).fingerprint(["curation"])

    assert fingerprint(30, 0) == fingerprint(30, 1)
    assert fingerprint(30, 0) != fingerprint(15, 0)


def test_every_section_is_declared_where_the_profile_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    # What `check` reads must be all sections: a profile without one of them is not complete.
    with pytest.raises(ProfileError, match="is missing"):
        profile_of("p", {name: {} for name in list(SECTIONS)[:-1] if name != "synthetic"}).check()
