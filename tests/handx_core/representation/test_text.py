"""Texts as tokens: one vector a word, padding that is masked, and the table's round trip."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from handx_core.errors import TableError
from handx_core.representation.text import TextEncoderSettings, TextTable, encode_texts, text_hash, words_of

TEXTS = ["The left hand waves.", "A fist", "", "The left hand waves.", "thumb to index, 2.5 times"]
WORDS = TextEncoderSettings(width=16)


def test_hash_is_the_start_of_sha256() -> None:
    assert text_hash("abc") == "ba7816bf8f01cfea"  # FIPS 180-2, appendix B.1


def test_words_are_words_numbers_and_marks() -> None:
    assert words_of("Thumb to index, 2.5 times!") == ["thumb", "to", "index", ",", "2.5", "times", "!"]
    assert words_of("") == [""]


def test_equal_words_have_equal_vectors_and_padding_is_masked() -> None:
    table = encode_texts(TEXTS, WORDS)
    assert len(table.hashes) == 4
    tokens, mask = table.batch(table.rows(TEXTS))
    assert tokens.shape == (5, 6, 16)
    assert mask.sum(1).tolist() == [5, 2, 1, 5, 6]
    assert torch.equal(tokens[0], tokens[3])
    assert not tokens[~mask].any()
    again, _ = table.batch(table.rows(["A fist"]))
    assert torch.equal(again[0], tokens[1, :2])
    other = encode_texts(["a fist waves"], WORDS)
    assert torch.equal(other.batch([0])[0][0, 2], tokens[0, 3])  # "waves", whatever else was encoded


def test_word_vectors_are_as_good_as_orthogonal() -> None:
    table = encode_texts([f"word{chr(97 + n)}" for n in range(26)], TextEncoderSettings(width=256))
    tokens = torch.nn.functional.normalize(table.batch(range(26))[0][:, 0], dim=-1)
    assert (tokens @ tokens.T - torch.eye(26)).abs().max() < 0.35


@given(st.lists(st.text(max_size=30), min_size=1, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_table_round_trip_in_any_order_of_rows(texts: list[str], random) -> None:
    table = encode_texts(texts, WORDS)
    rows = pa.Table.from_batches(list(table.to_batches()))
    order = list(range(rows.num_rows))
    random.shuffle(order)
    back = TextTable.from_table(rows.take(order))
    assert back.hashes == table.hashes
    np.testing.assert_array_equal(back.values, table.values)
    np.testing.assert_array_equal(back.offsets, table.offsets)
    np.testing.assert_array_equal(back.rows(texts), table.rows(texts))


def test_many_batches_make_one_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handx_core.representation.text._TEXTS_A_BATCH", 3)
    table = encode_texts([f"text number {n}" for n in range(10)], WORDS)
    batches = list(table.to_batches())
    assert [batch.num_rows for batch in batches] == [3, 3, 3, 1]
    np.testing.assert_array_equal(TextTable.from_table(pa.Table.from_batches(batches)).values, table.values)


def test_errors_say_what_is_missing() -> None:
    table = encode_texts(TEXTS, WORDS)
    with pytest.raises(TableError, match="a text that was never seen"):
        table.rows(["A fist", "a text that was never seen"])
    with pytest.raises(TableError, match="no text"):
        encode_texts([], WORDS)
    rows = pa.Table.from_batches(list(table.to_batches()))
    with pytest.raises(TableError, match="one encoder"):
        TextTable.from_table(rows.slice(0, 0))


def test_a_hugging_face_encoder_from_a_local_folder(tmp_path: Path) -> None:
    """A T5 of our own making, without a network: what it gives does not depend on the other texts of a batch."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, T5Config, T5EncoderModel

    words = ["<pad>", "<unk>", "the", "left", "hand", "waves", "fist"]
    plain = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="<unk>"))
    plain.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=plain, pad_token="<pad>", unk_token="<unk>").save_pretrained(tmp_path)
    config = T5Config(vocab_size=len(words), d_model=8, d_kv=4, d_ff=16, num_layers=1, num_heads=2, dropout_rate=0.5)
    T5EncoderModel(config).save_pretrained(tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["model_type"] == "t5"

    encoder = TextEncoderSettings(name=str(tmp_path))
    together = encode_texts(["the left hand waves", "fist"], encoder)
    alone = encode_texts(["fist"], encoder)
    assert together.width == 8
    tokens, mask = together.batch(together.rows(["the left hand waves", "fist"]))
    assert mask.sum(1).tolist() == [4, 1]
    torch.testing.assert_close(tokens[1, :1], alone.batch([0])[0][0], atol=2e-3, rtol=0)
