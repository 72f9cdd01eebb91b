"""Texts as frozen token embeddings, computed once per distinct text.

Two encoders: "words", a fixed vector per word that needs no download and no vocabulary file (the models' own small
text layer does the rest); and any Hugging Face encoder by name or local path. What belongs here: text to tokens,
and the table that keeps them. What does not: the trainable text layers, which are in `handx_core.models`.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Final

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from handx_core.columns import batch
from handx_core.devices import best_device, moved
from handx_core.errors import TableError
from handx_core.settings import Settings

WORDS: Final = "words"
"""Name of the encoder that gives every word a fixed random vector."""

_WORD: Final = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+|[^\w\s]|_")
_MAX_TOKENS: Final = 512
_ENCODER_BATCH: Final = 32
_TEXTS_A_BATCH: Final = 4096
"""Few enough that the values of a batch stay within the 32-bit offsets of an Arrow list."""


class TextEncoderSettings(Settings):
    """Which frozen encoder turns texts into tokens.

    name: "words", or a Hugging Face name or local path such as "t5-base". width: of a token, for "words" only.
    """

    name: str = WORDS
    width: int = 64


def text_hash(text: str) -> str:
    """The first 16 hex digits of the SHA-256 of the text: its key in `text_embeddings`."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class TextTable:
    """The tokens of distinct texts, one after another.

    encoder: name of the encoder. hashes: (n,) `text_hash` of each text, sorted. values: (total tokens, width)
    float16. offsets: (n + 1,) int64, where each text's tokens start. Every text has at least one token.
    """

    encoder: str
    hashes: tuple[str, ...]
    values: NDArray[np.float16] = field(repr=False)
    offsets: NDArray[np.int64] = field(repr=False)

    @property
    def width(self) -> int:
        """Width of a token."""
        return self.values.shape[1]

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {key: row for row, key in enumerate(self.hashes)}

    def rows(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Row of each text, (len(texts),) int64. Raises TableError for a text that was not encoded."""
        try:
            return np.array([self._row_of[text_hash(text)] for text in texts], dtype=np.int64)
        except KeyError as error:
            missing = next(text for text in texts if text_hash(text) not in self._row_of)
            raise TableError(
                f"text_embeddings of {self.encoder!r} lack the text {missing[:80]!r}: materialize text_embeddings again"
            ) from error

    def batch(self, rows: ArrayLike | Tensor, device: torch.device | str = "cpu") -> tuple[Tensor, Tensor]:
        """Tokens of texts by row, padded to the longest of them.

        rows: (B,) integers. Returns, on the device, tokens (B, L, width) float32, zero where padded, and mask (B, L)
        bool, true at tokens.
        """
        rows = np.asarray(rows)
        starts, lengths = self.offsets[rows], self.offsets[rows + 1] - self.offsets[rows]
        steps = np.arange(lengths.max(initial=1))
        there = steps < lengths[:, None]
        places = torch.from_numpy(np.where(there, starts[:, None] + steps, 0))
        chosen = torch.from_numpy(self.values).index_select(0, places.flatten()).unflatten(0, places.shape)
        # It travels in half precision: a large batch of long texts is gigabytes, which no device should wait for.
        tokens, mask = moved(chosen, device), moved(torch.from_numpy(there), device)
        return tokens.float() * mask[..., None], mask

    def to_batches(self) -> Iterator[pa.RecordBatch]:
        """The rows of the table `text_embeddings`, some thousand texts at a time."""
        for start in range(0, len(self.hashes), _TEXTS_A_BATCH):
            offsets = self.offsets[start : start + _TEXTS_A_BATCH + 1]
            values = self.values[offsets[0] : offsets[-1]]
            cells = pa.array(((offsets - offsets[0]) * self.width).astype(np.int32))
            yield batch(
                "text_embeddings",
                {
                    "encoder": [self.encoder] * (len(offsets) - 1),
                    "text_hash": self.hashes[start : start + _TEXTS_A_BATCH],
                    "n_tokens": np.diff(offsets).astype(np.int32),
                    "embedding": pa.ListArray.from_arrays(cells, pa.array(values.ravel())),
                },
            )

    @classmethod
    def from_table(cls, table: pa.Table) -> "TextTable":
        """From the rows of one encoder in `text_embeddings`, in any order.

        Raises TableError where there is none, or several encoders.
        """
        encoders = sorted(set(table["encoder"].to_pylist()))
        if len(encoders) != 1:
            raise TableError(f"text_embeddings: expected the rows of one encoder, found {encoders}")
        hashes = table["text_hash"].to_pylist()
        lengths = table["n_tokens"].to_numpy().astype(np.int64)
        values = np.concatenate([chunk.flatten().to_numpy() for chunk in table["embedding"].chunks])
        values = values.reshape(lengths.sum(), -1)
        order = sorted(range(len(hashes)), key=hashes.__getitem__)
        if order != list(range(len(hashes))):
            starts = np.cumsum(lengths) - lengths
            values = np.concatenate([values[starts[row] : starts[row] + lengths[row]] for row in order])
        offsets = np.concatenate([[0], np.cumsum(lengths[order])])
        return cls(encoders[0], tuple(hashes[row] for row in order), values, offsets)


def encode_texts(texts: Sequence[str], settings: TextEncoderSettings) -> TextTable:
    """Encode every distinct text once. Raises TableError if there is no text at all."""
    distinct = {text_hash(text): text for text in texts}
    if not distinct:
        raise TableError("text_embeddings: there is no text to encode; materialize captions of at least one source")
    hashes = sorted(distinct)
    ordered = [distinct[key] for key in hashes]
    if settings.name == WORDS:
        tokens = [np.stack([_word_vector(word, settings.width) for word in words_of(text)]) for text in ordered]
    else:
        tokens = _encode_by_model(ordered, settings.name)
    offsets = np.concatenate([[0], np.cumsum([len(t) for t in tokens])]).astype(np.int64)
    return TextTable(settings.name, tuple(hashes), np.concatenate(tokens).astype(np.float16), offsets)


def words_of(text: str) -> list[str]:
    """Lower-cased words, numbers and punctuation marks of a text; an empty text is one empty word."""
    return _WORD.findall(text.lower()) or [""]


@cache
def _word_vector(word: str, width: int) -> NDArray[np.float16]:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "little")
    return np.random.default_rng(seed).standard_normal(width).astype(np.float16)


def _encode_by_model(texts: Sequence[str], name: str) -> list[NDArray[np.float16]]:
    # Imported here: transformers takes seconds to load, and the default encoder does without.
    from transformers import AutoConfig, AutoModel, AutoTokenizer, T5EncoderModel

    tokenizer = AutoTokenizer.from_pretrained(name)
    is_t5 = AutoConfig.from_pretrained(name).model_type == "t5"
    device = best_device()
    # A float32 load, in evaluation mode: dropout in a frozen encoder would blur what the text says.
    model = (T5EncoderModel if is_t5 else AutoModel).from_pretrained(name, dtype=torch.float32).eval().to(device)
    encoded: dict[int, NDArray[np.float16]] = {}
    by_length = sorted(range(len(texts)), key=lambda row: (len(texts[row]), row))  # little padding in a batch
    for start in range(0, len(texts), _ENCODER_BATCH):
        rows = by_length[start : start + _ENCODER_BATCH]
        inputs = tokenizer(
            [texts[row] for row in rows], return_tensors="pt", padding=True, truncation=True, max_length=_MAX_TOKENS
        ).to(device)
        with torch.inference_mode():
            hidden = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]).last_hidden_state
        for row, values, mask in zip(rows, hidden, inputs["attention_mask"].bool(), strict=True):
            encoded[row] = values[mask].half().cpu().numpy()
    return [encoded[row] for row in range(len(texts))]
