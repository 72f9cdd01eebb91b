"""The data card of `motion_dataset`: what a user must know who takes the table away.

What belongs here: its text. What does not: any figure that another table already has.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import pyarrow as pa

from handx_core.schemas import TABLES

_LOADING = """## Loading

```python
import datasets
clips = datasets.load_dataset("parquet", data_dir="motion_dataset", split="train")

from handx_core.training.data import MotionTextDataset
clips = MotionTextDataset("motion_dataset", split="train", level=5)
```

The folder holds one Parquet file a source (`source=<name>/part-0.parquet`); `datasets` puts all of them under its own
split `train` and leaves `source` out: choose sides by the column `split`, sources by the beginning of `clip_id`.
`joints` reshapes to (60, 2, 21, 3): frame, hand (left, right), joint, x y z.
"""


def data_card(split: pa.Table, licences: Mapping[str, Sequence[str]], profile: str, writer: str) -> str:
    """The card as Markdown. split: source and split of each clip. licences: those of each source's recordings."""
    counts = Counter(zip(split["source"].to_pylist(), split["split"].to_pylist(), strict=True))
    table = TABLES["motion_dataset"]
    lines = [
        "# Two-hand motion with text",
        "",
        f"{table.row[0].upper()}{table.row[1:]}: two seconds at 30 frames a second of both hands, 21 joints each, in "
        f"metres. Made by the profile `{profile}`; texts by the writer `{writer}`, at five levels of detail.",
        "",
        "## Clips",
        "",
        "| source | train | val | test | licence of the motion |",
        "|---|---|---|---|---|",
        *(
            f"| {source} | {counts[source, 'train']} | {counts[source, 'val']} | {counts[source, 'test']} "
            f"| {'; '.join(licences[source]) or 'no recordings'} |"
            for source in licences
        ),
        "",
        "No subject, and no near-identical motion, is on two sides of the split, official protocols aside.",
        "",
        "## Columns",
        "",
        "| column | type | meaning | unit |",
        "|---|---|---|---|",
        *(f"| {column.name} | {column.type} | {column.meaning} | {column.unit} |" for column in table.columns),
        "| source | string | the raw dataset, from the name of the folder | |",
        "",
    ]
    return "\n".join(lines) + "\n" + _LOADING
