"""What to download, from where, under which licence, and into which folder: one text for people, from every source.

What belongs here: that text. What does not: the facts about a source, which its module states in its SourceInfo.
"""

from collections.abc import Mapping

from handx_core.hand_models.mano import DOWNLOAD, SIDES
from handx_core.sources.base import Source

MANO_FOLDER = "mano"


def raw_guide(sources: Mapping[str, Source]) -> str:
    """The guide to the raw root as Markdown. sources: by the name of their folder."""
    files = " and ".join(f"`MANO_{side.upper()}.pkl`" for side in SIDES)
    lines = [
        "# Raw data",
        "",
        "The raw root is the folder that `HANDX_RAW` names, `data/raw` where it names none. Each dataset has a folder "
        "of its own in it, unpacked as it came; no dataset has to be there, and a source without files gives an empty "
        "partition. Where `data/raw` holds the project's own synthetic data, keep nothing in it: name another folder.",
        "",
        "Once files are there, the check on the asset `raw_files` says in seconds what was found and what is missing.",
    ]
    for name, source in sources.items():
        info = source.info
        lines += [
            "",
            f"## {info.title}",
            "",
            f"- folder: `{name}/`",
            f"- put there: {info.expects}",
            f"- size: {info.size}",
            f"- download: <{info.download}>",
            f"- licence: {info.licence}",
        ]
    lines += [
        "",
        "## MANO, the hand model",
        "",
        f"- folder: `{MANO_FOLDER}/`",
        f"- put there: {files}, or the archive's folder that holds them, at any depth",
        f"- download: <{DOWNLOAD}>, which asks for a registration",
        "- licence: MANO's own, for research that is not commercial",
        "- needed for: what is stored as parameters of MANO; every other file is read without it",
    ]
    return "\n".join(lines) + "\n"
