"""A profile: every size and switch of a run, in sections that the rooms of `handx_core` declare.

What belongs here: the composition of the rooms' settings, reading it from YAML, and errors that say what was meant.
What does not: any particular setting (in its room), any value (pipelines/profiles).
"""

import difflib
import hashlib
import importlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from handx_core.errors import ProfileError
from handx_core.settings import Settings

SECTIONS: Final = {
    "synthetic": "handx_core.synthetic.takes:SyntheticSettings",
    "sources": "handx_core.sources:SourceSettings",
    "curation": "handx_core.curation.settings:CurationSettings",
    "captions": "handx_core.captioning.settings:CaptionSettings",
    "split": "handx_core.curation.splits:SplitSettings",
    "text": "handx_core.representation.text:TextEncoderSettings",
    "evaluator": "handx_core.training.evaluator:EvaluatorTraining",
    "tokenizer": "handx_core.training.tokenizer:TokenizerTraining",
    "autoregressive": "handx_core.training.autoregressive:AutoregressiveTraining",
    "autoregressive_sampling": "handx_core.generation.autoregressive:AutoregressiveSampling",
    "diffusion": "handx_core.training.diffusion:DiffusionTraining",
    "diffusion_sampling": "handx_core.generation.diffusion:DiffusionSampling",
    "benchmark": "handx_core.benchmark.table:BenchmarkSettings",
}
"""The sections of a profile and the class that declares each, imported when it is needed: some need torch."""

OPTIONAL: Final = ("synthetic",)
"""Sections that a profile may leave out; what they switch is then off."""

_BASE: Final = "base"

_SWITCHES: Final = {"allow_emptying": False}
"""Keys beside the sections, with their defaults."""

S = TypeVar("S", bound=Settings)


@dataclass(frozen=True)
class Profile:
    """A named run configuration.

    name: also the name of its folder below the data root. sections: the values as given, checked when read.
    allow_emptying: let a source without rows replace one that had some.
    """

    name: str
    sections: Mapping[str, Mapping[str, Any]]
    allow_emptying: bool = False
    origin: str = "in code"
    _read: dict[str, Settings] = field(default_factory=dict, compare=False, repr=False)

    def section(self, kind: type[S], name: str) -> S:
        """The section `name`, which is of the class `kind`. Raises ProfileError where it is missing or wrong."""
        settings = self._section(name)
        if not isinstance(settings, kind):
            raise TypeError(f"the section {name} is a {type(settings).__name__}, not a {kind.__name__}")
        return settings

    def has(self, name: str) -> bool:
        """Whether the profile has the section."""
        return name in self.sections

    def check(self) -> None:
        """Read every section, so that a mistake in the settings of the last stage shows before the first one runs."""
        for name in SECTIONS:
            if name in self.sections or name not in OPTIONAL:
                self._section(name)

    def fingerprint(self, names: Iterable[str]) -> str:
        """Eight hex digits that change when a value given in one of these sections changes."""
        text = json.dumps({name: self.sections.get(name) for name in sorted(names)}, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    def _section(self, name: str) -> Settings:
        if name not in self._read:
            if name not in self.sections:
                raise ProfileError(f"profile {self.name} ({self.origin}): the section {name} is missing")
            module, _, kind = SECTIONS[name].partition(":")
            declared: type[Settings] = getattr(importlib.import_module(module), kind)
            try:
                self._read[name] = declared.model_validate(self.sections[name])
            except ValidationError as error:
                raise ProfileError(f"profile {self.name} ({self.origin}):\n{_explain(error, declared, name)}") from None
        return self._read[name]


def load_profile(name: str, folder: Path) -> Profile:
    """Read the profile `name` from `folder`, or a YAML file of one's own where name is a path that ends in .yaml.

    A file of one's own may say `base: demo` or another profile of `folder`, and give only the sections that differ.
    Raises ProfileError where there is no such profile, or where a section in it is not known.
    """
    path = Path(name) if name.endswith((".yaml", ".yml")) else folder / f"{name}.yaml"
    if not path.is_file():
        there = _profiles_in(folder)
        raise ProfileError(
            f"there is no profile {name}{_meant(name, there)}: HANDX_PROFILE is {_listed(there)}, or the path of a "
            "YAML file"
        )
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ProfileError(f"profile {path}: not YAML: {error}") from None
    if isinstance(values, dict) and _BASE in values:
        base = values.pop(_BASE)
        if base not in _profiles_in(folder):
            raise ProfileError(f"profile {path}: {_BASE}: expected {_listed(_profiles_in(folder))}, found {base!r}")
        values = yaml.safe_load((folder / f"{base}.yaml").read_text(encoding="utf-8")) | values
    return profile_of(path.stem, values, str(path))


def _profiles_in(folder: Path) -> list[str]:
    return sorted(file.stem for file in folder.glob("*.yaml"))


def _listed(names: Iterable[str]) -> str:
    return f"one of {', '.join(names)}"


def profile_of(name: str, values: Any, origin: str = "in code") -> Profile:
    """A profile of plain values, by section. Raises ProfileError where a key is not known."""
    if not isinstance(values, dict):
        raise ProfileError(f"profile {name} ({origin}): expected sections, found {type(values).__name__}")
    known = [*SECTIONS, *_SWITCHES]
    for key, value in values.items():
        if key not in known:
            raise ProfileError(f"profile {name} ({origin}): no section {key}{_meant(key, known)}")
        expected = bool if key in _SWITCHES else dict
        if not isinstance(value, expected):
            raise ProfileError(f"profile {name} ({origin}): {key}: expected {expected.__name__}, found {value!r}")
    sections = {key: value for key, value in values.items() if key in SECTIONS}
    switches = {**_SWITCHES, **{key: value for key, value in values.items() if key in _SWITCHES}}
    return Profile(name, sections, origin=origin, **switches)


def _explain(error: ValidationError, declared: type[BaseModel], section: str) -> str:
    """One line a mistake: where it is, what was found, and what was probably meant."""
    lines = []
    for mistake in error.errors():
        where = ".".join([section, *map(str, mistake["loc"])])
        if mistake["type"] == "extra_forbidden":
            names = _names_beside(declared, mistake["loc"])
            lines.append(f"  {where}: no such key{_meant(str(mistake['loc'][-1]), names)}")
        else:
            model = _model_around(declared, mistake["loc"])
            secret = model is not None and model.model_config.get("hide_input_in_errors")
            lines.append(f"  {where}: {mistake['msg']}" + ("" if secret else f", found {mistake['input']!r}"))
    return "\n".join(lines)


def _names_beside(declared: type[BaseModel], place: tuple[int | str, ...]) -> list[str]:
    """The keys that are known where a mistake was made."""
    model = _model_around(declared, place)
    return list(model.model_fields) if model else []


def _model_around(declared: type[BaseModel], place: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The settings that a mistake was made in; None in plain mappings and lists."""
    kind: Any = declared
    for part in place[:-1]:
        model = _model_in(kind)
        if model is not None and part in model.model_fields:
            kind = model.model_fields[str(part)].annotation
        elif model is None:  # a mapping or list: the part is one of its keys
            kind = next((argument for argument in reversed(get_args(kind)) if _model_in(argument)), None)
        else:
            return None
    return _model_in(kind)


def _model_in(kind: Any) -> type[BaseModel] | None:
    """The settings that a type is, or may be beside None."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    options = get_args(kind) if get_origin(kind) in (Union, UnionType) else ()
    return next((model for model in map(_model_in, options) if model), None)


def _meant(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f" (did you mean {near[0]}?)" if near else ""
