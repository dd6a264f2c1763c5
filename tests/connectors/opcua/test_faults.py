"""Fault cells F14 and F15: the server is killed, hangs, comes back changed; each against a ledger outside of it."""

from __future__ import annotations

import shutil
import signal
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data_connectors.opcua.listening import Listening
from data_connectors.schema import Parameter, Stage
from tests.connectors.opcua.ear import Ear, connector, lost, twice
from tests.connectors.opcua.server import OTHER, URI, Child, Running, Setup, between
from tests.connectors.opcua.test_security import accept, server_certificate
from tests.waiting import until

EVERY_S = 0.1


def killed(tmp_path: Path, setup: Setup, **changed: Any) -> Ear:
    """F14: hear a counter, kill its server, start it again on the same port, hear on."""
    ledger = tmp_path / "ledger"
    setup = replace(setup, ledger=str(ledger), count_every_s=EVERY_S)
    child = Child(setup)
    try:
        with Ear(connector(setup.url, tmp_path), tmp_path) as ear:
            until(lambda: len(ear.values("s=Count")) > 15)
            child.kill()
            died = datetime.now(UTC)
            time.sleep(1.5)
            fill = {"fill_from": died.isoformat()} if changed.pop("filled", False) else {}
            child = Child(replace(setup, **fill))
            until(lambda: [s for s in ear.samples("s=Count") if (s.t_source or died) > died])
            enough = len(ear.samples()) + 15
            until(lambda: len(ear.samples()) > enough)
    finally:
        child.kill()
    return ear


def offered(tmp_path: Path) -> list[datetime]:
    lines = (tmp_path / "ledger").read_text().splitlines()
    return [datetime.fromisoformat(line) for line in lines]


def unaccounted(ear: Ear, tmp_path: Path) -> list[datetime]:
    heard = [one.t_source for one in ear.samples("s=Count") if one.t_source is not None and one.value]
    return lost(offered(tmp_path), heard, ear.gaps())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("history", "filled", "causes"),
    [
        ("file", False, ["server_down"]),
        ("file", True, []),
        ("memory", False, ["no_history"]),
        ("", False, ["no_history"]),
    ],
)
def test_f14_after_a_kill_every_number_is_there_or_in_the_one_gap(
    tmp_path: Path, history: str, filled: bool, causes: list[str]
) -> None:
    store = str(tmp_path / "history.jsonl") if history == "file" else history
    ear = killed(tmp_path, Setup(history=store), filled=filled)
    assert unaccounted(ear, tmp_path) == []
    assert [gap.cause for gap in ear.gaps()] == causes
    assert twice(ear.samples("s=Count")) == []


@pytest.mark.slow
def test_f14_the_check_finds_a_listener_that_does_not_catch_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object) -> None:
        pass

    monkeypatch.setattr(Listening, "_catch_up", nothing)
    store = str(tmp_path / "history.jsonl")
    ear = killed(tmp_path, Setup(history=store), filled=True)
    assert len(unaccounted(ear, tmp_path)) > 5


@pytest.mark.slow
def test_f15_a_server_that_hangs_is_found_within_two_keep_alives(tmp_path: Path) -> None:
    child, keep_alive_s = Child(Setup(count_every_s=EVERY_S, history="memory")), 2.0
    try:
        with Ear(connector(child.setup.url, tmp_path, keep_alive_s=keep_alive_s), tmp_path) as ear:
            until(lambda: len(ear.values("s=Count")) > 5)
            child.signal(signal.SIGSTOP)
            found_s = until(lambda: ear.standing.link == "disconnected")
            child.signal(signal.SIGCONT)
            until(lambda: ear.standing.link == "connected")
            enough = len(ear.samples()) + 5
            until(lambda: len(ear.samples()) > enough)
    finally:
        child.kill()
    assert found_s < 2 * keep_alive_s + 1.0  # and a moment until it is told
    assert [gap.cause for gap in ear.gaps()] == []


@pytest.mark.slow
def test_f15_namespaces_in_another_order_do_no_harm_and_a_node_that_went_is_named(tmp_path: Path) -> None:
    setup = Setup(count_every_s=EVERY_S, namespaces=[OTHER, URI], tags=3)
    columns = {"temp": "s=T00002", "count": "s=Count"}
    first = Running(setup)
    with Ear(connector(setup.url, tmp_path, columns=columns), tmp_path) as ear:
        until(lambda: ear.values("s=T00002") == [2.0])
        first.stop()
        second = Running(replace(setup, namespaces=[URI, OTHER, "urn:more"], tags=2))
        before = len(ear.values("s=Count"))
        until(lambda: len(ear.values("s=Count")) > before + 5)
        assert "s=T00002 (BadNodeIdUnknown)" in ear.standing.words
        second.stop()
    assert second.plant.index != first.plant.index
    assert set(ear.values("s=T00002")) == {2.0}


@pytest.mark.slow
def test_f15_a_new_certificate_is_pending_until_someone_accepts_it(tmp_path: Path) -> None:
    pki, spool = tmp_path / "pki", tmp_path / "spool"
    one, two = (server_certificate(tmp_path / name) for name in ("one", "two"))
    setup = Setup(count_every_s=EVERY_S, security=["Basic256Sha256_SignAndEncrypt"], certificate=one[0], key=one[1])
    server = Running(setup)
    settings = {"security": "Basic256Sha256", "pki": str(pki)}
    connector(setup.url, **settings).check()
    accept(pki)
    with Ear(connector(setup.url, spool, **settings), spool) as ear:
        until(lambda: len(ear.values("s=Count")) > 3)
        server.stop()
        server = Running(replace(setup, certificate=two[0], key=two[1]))
        until(lambda: ear.standing.link == "refused")
        assert "pending" in ear.standing.words
        before = len(ear.samples())
        shutil.rmtree(pki / "trusted")
        accept(pki)
        until(lambda: len(ear.samples()) > before)
    server.stop()


@pytest.mark.slow
def test_f15_a_clock_an_hour_ahead_is_told_and_the_history_is_still_right(tmp_path: Path) -> None:
    server = Running(Setup(count_every_s=EVERY_S, history="memory", ahead_s=3600))
    made = connector(server.url, tmp_path)
    assert "+3600" in made.check()[-1].message
    with Ear(made, tmp_path) as ear:
        until(lambda: len(ear.values("s=Count")) > 5)
        assert "clock is +3600 s" in ear.standing.words
    time.sleep(1)
    with Ear(made, tmp_path) as again:
        enough = max(ear.values("s=Count")) + 15
        until(lambda: again.values("s=Count")[-1] > enough)
    server.stop()
    numbers = [number for number in again.values("s=Count") if number]
    assert set(numbers) == between(server.plant.offered, numbers)
    assert again.gaps() == []


@pytest.mark.slow
def test_f15_ten_thousand_nodes_are_browsed_and_heard(tmp_path: Path) -> None:
    many = 10_000
    server = Running(Setup(tags=many))
    names = [f"s=T{i:05d}" for i in range(many)]
    parameters = tuple(Parameter(f"p{i}") for i in range(many))
    columns = {p.name: name for p, name in zip(parameters, names, strict=True)}
    made = connector(server.url, tmp_path, columns=columns, timeout_s=60.0, keep_alive_s=60.0)
    found = made.discover()
    assert len(found) == many + 3
    with Ear(made, tmp_path, Stage("s", "l", "f", parameters, ())) as ear:
        until(lambda: len({one.tag for one in ear.samples()}) == many, seconds=120)
        assert f"{many} of {many} tags" in ear.standing.words
    server.stop()


@pytest.mark.slow
def test_what_comes_after_a_first_session_that_heard_nothing_yet_is_asked_for(tmp_path: Path) -> None:
    """Who was connected and broke off before the first value has listened since: a hole there would be silent."""
    server = Running(Setup(history="memory"))
    try:
        with Ear(connector(server.url, tmp_path / "spool", every_s=30.0), tmp_path / "spool") as ear:
            until(lambda: ear.standing.link == "connected" and ear.mark)
            assert ear.samples() == []
        server.say("Temp", 71.0)
        server.say("Temp", 72.0)
        with Ear(connector(server.url, tmp_path / "spool"), tmp_path / "spool") as ear:
            until(lambda: {71.0, 72.0} <= set(ear.values("s=Temp")))
    finally:
        server.stop()
