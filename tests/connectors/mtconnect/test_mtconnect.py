"""MTConnect: sequence numbers followed, buffers that run over, agents that restart, XML that is hostile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from data_connectors import check_connector
from data_connectors.errors import DefinitionError, SourceRefused, SourceUnavailable
from data_connectors.http import Answer
from data_connectors.live import Spool
from data_connectors.mtconnect import MtConnect
from data_connectors.mtconnect.documents import Observation, document
from data_connectors.mtconnect.listening import Listening
from data_connectors.mtconnect.values import samples
from data_connectors.schema import Parameter, Source, Stage
from tests.connectors.http.listening import Ear, gaps
from tests.connectors.http.listening import samples as kept
from tests.connectors.http.site import Reply
from tests.connectors.mtconnect.agent import Agent
from tests.waiting import until

STAGE = Stage("milling", "line-1", "milling", (Parameter("position"),), ())
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def agent() -> Iterator[Agent]:
    made = Agent()
    yield made
    assert {asked.method for asked in made.site.asked} <= {"GET"}
    made.site.stop()


def connector(agent: Agent, folder: Path | None = None, **settings: Any) -> MtConnect:
    columns = settings.pop("columns", {"position": "Xpos"})
    given = {"url": agent.site.url, "every_s": 0.05, "timeout_s": 1.0, "wait_s": 0.0, "retries": 0, **settings}
    source = Source("mill", "mtconnect", "milling", unit_column="exec", columns=columns, settings=given)
    return MtConnect(source, lambda: datetime.now(UTC) + timedelta(seconds=5), folder)


class Rounds:
    """Asks round by round, as the listener does, at the test's own pace."""

    def __init__(self, made: MtConnect, folder: Path) -> None:
        from data_connectors.http import Session
        from data_connectors.mtconnect.listening import Agent as Asking

        self.folder, self.spool = folder, Spool(folder)
        self.following = Listening(made._options, ["Xpos"], self.spool, Event())
        self.asking = Asking(Session(made._http, made._where), made._options, made._where)

    def once(self) -> str:
        return self.following.once(self.asking)

    def values(self) -> list[Any]:
        self.spool.tell("connected")
        return [one.value for one in kept(self.folder, "Xpos") if one.quality == "good"]

    def close(self) -> None:
        self.spool.close()
        self.asking.session.close()


@pytest.fixture
def rounds(agent: Agent, tmp_path: Path) -> Iterator[Rounds]:
    made = Rounds(connector(agent), tmp_path)
    yield made
    made.close()


def test_every_observation_is_heard_once_in_order_over_pages(agent: Agent, rounds: Rounds) -> None:
    agent.page = 3
    rounds.once()
    for n in range(20):
        agent.say("Xpos", n)
    rounds.once()
    rounds.once()
    assert rounds.values() == [str(n) for n in range(20)]
    assert gaps(rounds.folder) == []


def test_what_happens_while_we_are_away_is_read_afterwards(agent: Agent, tmp_path: Path) -> None:
    first = Rounds(connector(agent), tmp_path)
    agent.say("Xpos", 1)
    first.once()
    first.close()
    agent.say("Xpos", 2)
    agent.say("Xpos", 3)
    again = Rounds(connector(agent), tmp_path)
    again.once()
    assert again.values() == ["1", "2", "3"]
    assert gaps(tmp_path) == []
    again.close()


def test_a_buffer_that_ran_over_is_a_gap_from_the_last_to_the_first_known(agent: Agent, rounds: Rounds) -> None:
    """Every observation is heard or lies in the gap, and the drop is counted: the mutant is a reader that skips."""
    agent.say("Xpos", "before")
    rounds.once()
    offered = {n: agent.say("Xpos", n) for n in range(80)}
    rounds.once()
    (gap,) = gaps(rounds.folder)
    assert gap.cause == "buffer_overflow"
    heard = {int(v) for v in rounds.values() if v != "before"}
    assert heard == set(range(30, 80))
    assert all(gap.since <= at <= gap.until for n, at in offered.items() if n not in heard)
    assert rounds.spool.standing.dropped == {"buffer_overflow": 30}


def test_a_restarted_agent_is_a_gap_and_its_new_buffer_is_read_from_its_beginning(agent: Agent, rounds: Rounds) -> None:
    agent.say("Xpos", "old")
    rounds.once()
    lost_at = agent.say("Xpos", "lost")
    agent.restart()
    agent.say("Xpos", "new")
    rounds.once()
    (gap,) = gaps(rounds.folder)
    assert gap.cause == "agent_restarted"
    assert gap.since <= lost_at <= gap.until
    assert rounds.values() == ["old", "new"]
    rounds.once()
    assert len(gaps(rounds.folder)) == 1


def test_a_restart_with_more_observations_than_before_is_noticed_too(agent: Agent, rounds: Rounds) -> None:
    """The old sequence number is within the new buffer: only the instance tells."""
    rounds.once()
    agent.restart()
    for n in range(9):
        agent.say("Xpos", n)
    rounds.once()
    assert [gap.cause for gap in gaps(rounds.folder)] == ["agent_restarted"]
    assert rounds.values() == [str(n) for n in range(9)]


def test_a_count_that_the_agent_refuses_is_no_overflow(agent: Agent, tmp_path: Path) -> None:
    made = Rounds(connector(agent, count=100_000), tmp_path)
    with pytest.raises(SourceRefused, match="set a lower count"):
        made.once()
    assert gaps(tmp_path) == []
    made.close()


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (Reply(status=500), SourceUnavailable, "500"),
        (Reply(b"<MTConnectStreams><Header", kind="text/xml"), SourceUnavailable, "no whole XML"),
        (Reply(b"<html>hello</html>", kind="text/html"), SourceRefused, "instead of xml"),
        (Reply(b"<a><b/></a>", kind="text/xml"), SourceRefused, "not a document of MTConnect"),
        (
            Reply(
                b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><MTConnectStreams>&a;</MTConnectStreams>',
                kind="text/xml",
            ),
            SourceRefused,
            "DTD or entities",
        ),
        (
            Reply(b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>', kind="text/xml"),
            SourceRefused,
            "DTD or entities",
        ),
        (
            Reply(
                b"<MTConnectStreams><Header creationTime='soon' instanceId='1'/></MTConnectStreams>", kind="text/xml"
            ),
            SourceRefused,
            "cannot be read",
        ),
    ],
    ids=["500", "half", "html", "other-xml", "external-entity", "entity-bomb", "bad-header"],
)
def test_faults_are_said_and_cost_no_observation(
    agent: Agent, rounds: Rounds, fault: Reply, error: type[Exception], words: str
) -> None:
    rounds.once()
    agent.say("Xpos", 1)
    agent.site.faults = [fault]
    with pytest.raises(error, match=words):
        rounds.once()
    rounds.once()
    assert rounds.values() == ["1"]
    assert gaps(rounds.folder) == []


def test_the_listener_lives_through_an_outage(agent: Agent, tmp_path: Path) -> None:
    with Ear(connector(agent, tmp_path), tmp_path, STAGE) as ear:
        until(lambda: ear.standing.link == "connected")
        agent.site.faults = [Reply(status=503)]
        agent.say("Xpos", 7)
        until(lambda: [s.value for s in ear.samples("Xpos") if s.quality == "good"] == ["7"])
    assert gaps(tmp_path) == []


def test_a_full_disk_pauses_the_asking_and_loses_nothing(agent: Agent, rounds: Rounds) -> None:
    from data_connectors.errors import SpoolFull

    rounds.once()
    agent.say("Xpos", 1)
    real, full = rounds.spool.keep, iter([True])

    def keep(*given: Any) -> None:
        if next(full, False):
            raise SpoolFull("no room")
        real(*given)

    rounds.spool.keep = keep  # type: ignore[method-assign]
    began = time.monotonic()
    rounds.once()
    assert time.monotonic() - began >= 1.0
    assert rounds.values() == ["1"]


def test_conformance(agent: Agent, tmp_path: Path) -> None:
    made = Rounds(connector(agent), tmp_path)
    for n in range(5):
        agent.say("Xpos", n)
        time.sleep(0.002)
    made.once()
    made.close()
    check_connector(lambda: connector(agent, tmp_path), STAGE)


def test_discover_and_check_name_what_is_there(agent: Agent) -> None:
    made = connector(agent)
    assert [(c.name, c.dtype) for c in made.discover()] == [("Xpos", "number"), ("exec", "text")]
    probes = made.check()
    assert [p.step for p in probes if p.ok] == ["name", "tcp", "probe", "current", "clock"]
    wrong = connector(agent, columns={"position": "Xpso"}).check()[-1]
    assert (wrong.step, wrong.ok) == ("probe", False)
    assert "did you mean" in wrong.message


def observed(text: str, kind: str = "Position", group: str = "Samples", **more: Any) -> Observation:
    return Observation("id", "name", kind, group, 1, NOON, text, **more)


@pytest.mark.parametrize(
    ("one", "tags", "expected"),
    [
        (observed("1.5"), {"id", "name"}, [("id", "1.5", "good"), ("name", "1.5", "good")]),
        (observed("UNAVAILABLE"), {"id"}, [("id", None, "bad")]),
        (observed("", "Fault", "Condition"), {"id"}, [("id", 2.0, "good")]),
        (observed("", "Normal", "Condition"), {"id"}, [("id", 0.0, "good")]),
        (observed("", "Unavailable", "Condition"), {"id"}, [("id", None, "bad")]),
        (observed("1 2 3", "PathPosition"), {"id[2]"}, [("id[2]", "3", "good")]),
        (observed("", "VariableDataSet", "Events", entries=(("a", "5"),)), {"id.a"}, [("id.a", "5", "good")]),
        (observed("ACTIVE", "Execution", "Events"), {"other"}, []),
    ],
)
def test_observations_become_values(one: Observation, tags: set[str], expected: list[Any]) -> None:
    assert [(s.tag, s.value, s.quality) for s in samples(one, tags, NOON)] == expected


def test_a_time_series_is_as_many_values_as_it_has() -> None:
    one = observed("1 2 3", "PositionTimeSeries", attributes={"sampleRate": "100", "sampleCount": "3"})
    told = list(samples(one, {"id"}, NOON))
    assert [s.value for s in told] == ["1", "2", "3"]
    assert [s.t_source for s in told] == [NOON - timedelta(milliseconds=m) for m in (20, 10, 0)]


def test_agents_of_all_versions_are_read() -> None:
    for space in ("", " xmlns='urn:mtconnect.org:MTConnectStreams:1.1'", " xmlns='urn:x:MTConnectStreams:2.3'"):
        text = (
            f"<MTConnectStreams{space}><Header creationTime='2024-05-01T12:00:00' instanceId='1' firstSequence='1'"
            " nextSequence='2'/><Streams><Samples><Load dataItemId='a' sequence='1' timestamp='2024-05-01T12:00:00Z'>9"
            "</Load></Samples></Streams></MTConnectStreams>"
        )
        found = document(Answer(200, "text/xml", text.encode(), "http://agent"), "source 'x'")
        assert [(o.item, o.text, o.at) for o in found.observations] == [("a", "9", NOON)]


@pytest.mark.parametrize(
    ("settings", "words"),
    [({"every_s": 0}, "every_s"), ({"device": "a/b"}, "no name of a device"), ({"cuont": 1}, "did you mean 'count'")],
)
def test_a_wrong_setting_says_what_to_do(agent: Agent, settings: dict[str, Any], words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        connector(agent, **settings)


def test_an_agents_refusal_names_its_code(agent: Agent, rounds: Rounds) -> None:
    agent.site.faults = [agent.error("NO_DEVICE")]
    with pytest.raises(SourceRefused, match="NO_DEVICE"):
        rounds.once()
