"""Captions in the lineage: a model where the profile names one, and nothing asked or spent where it does not."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import orjson
import pandas as pd
import pytest
from chat_server import FAULTY, USD_CACHED, USD_IN, USD_OUT, WRONG_HAND, ChatServer
from tiny import Tiny

from assets.profile import ProfileError
from handx_core.captioning.ledger import ledger_name
from handx_core.captioning.prompt import describe, prompt_hash
from handx_core.captioning.rules import write_captions

KEY = "sk-very-secret-0123456789"
MODEL = "test/model"
PRICES = {"input": USD_IN, "cached_input": USD_CACHED, "output": USD_OUT}
SOURCE = "h2o"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPTION_KEY", KEY)


@pytest.fixture(scope="module")
def answers(tiny: Tiny) -> dict[str, dict[str, Any]]:
    """What a model that tells the truth says of every clip, by the text of its events: the rules' words, reworded."""
    found = {}
    for row in pd.read_parquet(f"{tiny.store.root}/kinematic_events").to_dict("records"):
        events = orjson.loads(row["events"])
        parts = [
            {"level": c.level, "left": c.left, "right": c.right, "two_hands_relation": c.interaction}
            for c in write_captions(f"told/{row['clip_id']}", events)
        ]
        found[describe(events)] = {"annotations": parts}
    return found


@pytest.fixture
def server(answers: dict[str, dict[str, Any]]) -> Iterator[ChatServer]:
    with ChatServer(seed=5, answers=answers, echo_key=True) as running:
        yield running


def settings(server: ChatServer, **more: Any) -> dict[str, Any]:
    """The section `captions` of a profile with a model."""
    model = {
        "base_url": server.url, "model": MODEL, "key_variable": "CAPTION_KEY", "prices": PRICES, "budget_usd": 50.0,
        "first_wait_s": 0.01, "longest_wait_s": 0.05, "timeout_s": 5.0,
    }  # fmt: skip
    return {"writer": "llm", "llm": model | more.pop("llm", {}), **more}


def make(tiny: Tiny, captions: dict[str, Any], *after: str) -> dg.ExecuteInProcessResult:
    """Make the captions of SOURCE, then these assets over all sources. Returns how the first went."""
    changes, own = {"captions": captions}, [dg.AssetKey("captions")]
    result = tiny.run("source_rebuild", changes=changes, partition_key=SOURCE, asset_selection=own)
    for name in after:
        assert tiny.run("full_rebuild", changes=changes, asset_selection=[dg.AssetKey(name)]).success
    return result


def rows(tiny: Tiny, name: str = "captions", **wanted: Any) -> pd.DataFrame:
    frame = pd.read_parquet(f"{tiny.store.root}/{name}")
    for column, value in wanted.items():
        frame = frame[frame[column] == value]
    return frame


def ledger(tiny: Tiny) -> Path:
    return Path(tiny.store.root, "files/captions", ledger_name(MODEL))


def metadata(result: dg.ExecuteInProcessResult, asset: str, source: str | None = None) -> dict[str, Any]:
    (found,) = (
        event.event_specific_data.materialization
        for event in result.all_events
        if event.event_type_value == "ASSET_MATERIALIZATION"
        and event.asset_key == dg.AssetKey(asset)
        and event.event_specific_data.materialization.partition == source
    )
    return {name: value.value for name, value in found.metadata.items()}


def test_a_rebuild_uses_the_model_that_the_profile_names(own_tiny: Tiny, server: ChatServer) -> None:
    server.faults, server.kinds = 0.2, ("429", "500", "drop", "fences", "count", "think")
    names = ("captions", "caption_audit", "motion_dataset")
    result = own_tiny.run(
        "full_rebuild",
        changes={"captions": settings(server)},
        asset_selection=[dg.AssetKey(name) for name in names],
    )
    assert result.success
    told = rows(own_tiny, writer="llm")
    clips = set(rows(own_tiny, "kinematic_events")["clip_id"])
    left = clips - set(told["clip_id"])
    assert len(left) <= 2  # of which three answers in a row were faulty
    assert len(told) == 5 * len(clips - left)
    assert set(told["model"]) == {MODEL}
    assert set(told["prompt_hash"]) == {prompt_hash()}
    assert told["grounding"].min() > 0.9
    assert set(rows(own_tiny, writer="rules")["clip_id"]) == clips
    # Each row of a clip says what the others do not: sums over the table are what was paid.
    charged = sqlite3.connect(ledger(own_tiny)).execute("SELECT SUM(cost_usd), SUM(tokens_in) FROM answers").fetchone()
    assert charged[0] == pytest.approx(server.usd)
    assert told["cost_usd"].sum() <= charged[0] + 1e-9
    if not left:
        assert told["cost_usd"].sum() == pytest.approx(server.usd)
        assert told["tokens_in"].sum() == charged[1]
    trained = rows(own_tiny, "motion_dataset")
    assert len(trained) == len(clips)
    first = told[(told["clip_id"] == trained["clip_id"].iloc[0]) & (told["level"] == 3)]
    assert trained["left"].iloc[0][2] == first["left"].iloc[0]
    audit = rows(own_tiny, "caption_audit", writer="llm")
    assert audit["captions"].sum() == len(told)
    assert audit["cost_usd"].sum() == pytest.approx(told["cost_usd"].sum())
    shown = metadata(result, "captions", SOURCE)
    assert f"captions are written by the model {MODEL} at {server.url}, for 50 USD" in shown["written"]
    assert "clips written" in shown["this_run"]
    server.faults, asked = 0.0, server.requests
    again = make(own_tiny, settings(server))
    assert server.requests - asked == sum(
        clip.startswith(SOURCE) for clip in left
    )  # what was answered is paid for once
    assert metadata(again, "captions", SOURCE)["this_run"].split("; ")[1].startswith("0 new answers") or left


def test_without_a_model_nothing_is_asked_and_it_says_how_to_change_that(tiny: Tiny) -> None:
    with dg.DagsterInstance.from_config(str(tiny.home)) as instance:
        wanted = dg.AssetRecordsFilter(dg.AssetKey("captions"), asset_partitions=[SOURCE])
        event = instance.fetch_materializations(wanted, limit=1).records[0].asset_materialization
        assert event is not None
        line = str(event.metadata["written"].value)
        run = instance.get_runs(limit=1)[0]
        logged = [entry.user_message for entry in instance.all_logs(run.run_id)]
    assert line.startswith("captions are written by rules")
    assert "\n" not in line
    assert all(word in line for word in ("writer: llm", "model and budget", "docs/captions.md"))
    assert line in logged
    assert not Path(tiny.store.root, "files/captions").exists() or not list(
        Path(tiny.store.root, "files/captions").glob("*.sqlite")
    )


@pytest.mark.parametrize(
    "captions",
    [
        {"writer": "llm"},
        {"writer": "llm", "llm": {"model": "m"}},
        {"writer": "llm", "llm": {"budget_usd": 1.0, "prices": PRICES}},
        {"writer": "llm", "llm": {"model": "m", "budget_usd": 1.0}},  # a budget cannot be kept without prices
    ],
)
def test_model_and_budget_must_be_named(tiny: Tiny, captions: dict[str, Any]) -> None:
    with pytest.raises(ProfileError, match=r"llm\.model|llm\.budget_usd|budget_usd needs prices"):
        tiny.profile_with(captions=captions).check()


def test_a_key_where_it_does_not_belong_is_not_shown(tiny: Tiny) -> None:
    for wrong in (
        {"writer": KEY},
        {"llm": KEY},
        {"llm": {"model": "m", "key_variable": KEY}},
        {"llm": {"model": "m", "base_url": f"https://{KEY}@x.org"}},
        {"llm": {"model": [KEY]}},
        {"compare": {"models": [{"model": "m", "budget_usd": KEY}]}},
    ):
        with pytest.raises(ProfileError) as caught:
            tiny.profile_with(captions=wrong).check()
        assert KEY not in str(caught.value)


def test_a_dry_run_says_what_it_would_cost_and_sends_nothing(own_tiny: Tiny, server: ChatServer) -> None:
    result = make(own_tiny, settings(server, dry_run=True))
    assert result.success
    assert not server.requests
    shown = metadata(result, "captions", SOURCE)
    count = len(rows(own_tiny, "kinematic_events", source=SOURCE))
    assert shown["dry_run"].startswith(f"{count} clips, of which 0 are answered; {count} requests to come: about ")
    assert " USD" in shown["dry_run"]
    assert "llm" not in set(rows(own_tiny)["writer"])


def test_clips_that_are_left_are_listed_with_the_reason(own_tiny: Tiny, server: ChatServer) -> None:
    texts = {
        row["clip_id"]: describe(orjson.loads(row["events"]))
        for row in rows(own_tiny, "kinematic_events", source=SOURCE).to_dict("records")
    }
    never = sorted(texts)[:2]
    server.never = frozenset(texts[clip] for clip in never)
    assert make(own_tiny, settings(server), "motion_dataset").success
    told = rows(own_tiny, writer="llm", source=SOURCE)
    assert set(texts) - set(told["clip_id"]) == set(never)
    rejected = pd.read_parquet(f"{own_tiny.store.root}/rejected/stage=captions/source={SOURCE}/part-0.parquet")
    assert sorted(rejected["path"]) == never
    assert all(reason.startswith(f"{MODEL}: ") and reason.endswith("[answer]") for reason in rejected["reason"])
    trained = rows(own_tiny, "motion_dataset", source=SOURCE).set_index("clip_id")
    by_rules = rows(own_tiny, writer="rules", level=5).set_index("clip_id")
    for clip in never:  # they train on the rules' texts, and nothing is made up
        assert trained.loc[clip, "left"][4] == by_rules.loc[clip, "left"]


def test_the_budget_stops_cleanly(own_tiny: Tiny, server: ChatServer) -> None:
    few = settings(server, llm={"budget_usd": 0.2, "max_tokens": 2_000, "concurrency": 4})
    assert make(own_tiny, few).success
    assert 0 < server.usd <= 0.2
    listed = pd.read_parquet(f"{own_tiny.store.root}/rejected/stage=captions/source={SOURCE}/part-0.parquet")
    told, clips = rows(own_tiny, writer="llm"), rows(own_tiny, "kinematic_events", source=SOURCE)
    assert 0 < len(told) // 5 < len(clips)
    assert len(told) // 5 + len(listed) == len(clips)
    assert set(listed["reason"].str.extract(r"\[(\w+)\]$")[0]) == {"budget"}
    more = settings(server, llm={"budget_usd": 50.0, "max_tokens": 2_000})
    assert make(own_tiny, more).success
    assert len(rows(own_tiny, writer="llm")) == 5 * len(clips)


def test_captions_of_the_wrong_hand_are_rewritten_once_then_marked_and_do_not_train(
    own_tiny: Tiny, server: ChatServer
) -> None:
    server.faults, server.kinds, server.seed = 0.5, (WRONG_HAND,), 3
    assert make(own_tiny, settings(server), "motion_dataset").success
    told = rows(own_tiny, writer="llm")
    turns = pd.Series([one.turn for one in server.served])
    assert turns.max() == 1
    assert 0.2 * len(turns) < turns.sum() < 0.5 * len(turns)
    # Half of those that were wrong were right the second time.
    wrong = told.groupby("clip_id")["grounded"].all()
    assert 0 < (~wrong).mean() < 0.45
    trained = rows(own_tiny, "motion_dataset").set_index("clip_id")
    by_rules = rows(own_tiny, writer="rules", level=4).set_index("clip_id")
    for clip in wrong[~wrong].index:
        assert trained.loc[clip, "right"][3] == by_rules.loc[clip, "right"]
    lax = settings(server, min_grounding=0.0)
    assert make(own_tiny, lax).success
    assert rows(own_tiny, source=SOURCE)["grounded"].all()


def test_batches_give_the_same_table(own_tiny: Tiny, server: ChatServer) -> None:
    assert make(own_tiny, settings(server)).success
    direct = rows(own_tiny, writer="llm").drop(columns=["cost_usd", "tokens_cached"])
    ledger(own_tiny).unlink()
    batch = {"mode": "batch", "batch": {"size": 15, "poll_s": 0.02}}
    assert make(own_tiny, settings(server, llm=batch)).success
    batched = rows(own_tiny, writer="llm").drop(columns=["cost_usd", "tokens_cached"])
    pd.testing.assert_frame_equal(direct, batched)
    assert server.batches


def test_writers_are_compared_on_one_sample(own_tiny: Tiny, server: ChatServer, answers: dict[str, Any]) -> None:
    with ChatServer(seed=6, faults=1.0, kinds=(WRONG_HAND,), answers=answers) as worse:
        models = [settings(server)["llm"], settings(worse)["llm"] | {"model": "worse"}]
        captions = {"compare": {"clips": 12, "models": models}}
        result = own_tiny.run("compare_writers", changes={"captions": captions})
        assert result.success
        found = rows(own_tiny, "writer_comparison")
        assert list(found[found["level"] == 1]["model"]) == ["", MODEL, "worse"]
        assert set(found["asked"]) == {12}
        by_model = found.groupby("model")
        assert by_model["grounding"].mean()[""] == 1.0
        assert by_model["grounding"].mean()[MODEL] > by_model["grounding"].mean()["worse"]
        costs = by_model["cost_usd_a_clip"].first()
        assert 12 * costs[MODEL] == pytest.approx(server.usd)
        assert 12 * costs["worse"] == pytest.approx(worse.usd)
        turns = by_model["answers_a_clip"].first()
        assert turns[""] == 0.0
        assert turns[MODEL] == 1.0
        assert 1.5 < turns["worse"] <= 2.0  # a clip may look alike with its hands exchanged
        assert by_model["seconds_a_clip"].first()[MODEL] > 0
        shown = metadata(result, "writer_comparison")
        assert "worse" in shown["comparison"]
        assert shown["examples"].count("| worse |") == 3
        asked = server.requests
        assert own_tiny.run("compare_writers", changes={"captions": captions}).success
        assert server.requests == asked
    # What was answered for the comparison is not paid for again when the model is chosen.
    sampled = set(server.times)
    assert make(own_tiny, settings(server)).success
    assert set(server.times.values()) == {1}
    assert len(server.times) > len(sampled)


def test_the_key_is_nowhere(own_tiny: Tiny, server: ChatServer, capfd: Any, caplog: Any) -> None:
    server.faults, server.kinds = 0.5, ("500", "drop", *FAULTY)
    reasons: list[str] = []
    for refuse in ((401, "Incorrect API key provided:"), (400, "what is"), None):
        server.refuse = refuse
        assert make(own_tiny, settings(server, llm={"tries": 2, "give_up_after": 3}), "caption_audit").success
        listed = pd.read_parquet(f"{own_tiny.store.root}/rejected/stage=captions/source={SOURCE}/part-0.parquet")
        reasons += listed["reason"].tolist()
    printed = capfd.readouterr()
    assert any(KEY in headers.get("authorization", "") for headers in server.headers)
    assert any("[key]" in reason for reason in reasons)  # so it was there to be hidden
    assert KEY not in printed.out + printed.err + caplog.text
    looked_at = 0
    for path in own_tiny.folder.rglob("*"):  # tables, ledger, event log, run storage
        if path.is_file() and "raw" not in path.relative_to(own_tiny.folder).parts:
            assert KEY.encode() not in path.read_bytes(), path
            looked_at += 1
    assert looked_at > 50
    for name in ("captions", "caption_audit", "rejected"):  # Parquet is compressed
        assert KEY not in rows(own_tiny, name).to_json(default_handler=str)
