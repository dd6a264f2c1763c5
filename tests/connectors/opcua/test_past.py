"""A stretch of a real server's history, asked again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from data_connectors import conform
from data_connectors.base import Remembering
from tests.connectors.opcua.ear import STAGE, connector
from tests.connectors.opcua.server import Running, Setup
from tests.waiting import until


def test_a_stretch_of_history_becomes_rows(running: Running) -> None:
    since = datetime.now(UTC)
    running.say("Temp", 71.0)
    running.say("Temp", 72.0)
    made = connector(running.url)
    assert isinstance(made, Remembering)

    def temps() -> list[float]:
        batches = made.past(STAGE, since, datetime.now(UTC) + timedelta(seconds=1))
        frames = [conform(b, STAGE, made.source, datetime.now(UTC)).rows for b in batches if b.frame.height]
        return [v for frame in frames for v in frame["temp"].drop_nulls()]

    until(lambda: {71.0, 72.0} <= set(temps()))
    assert temps().count(71.0) == 1


@pytest.mark.slow
def test_tags_without_a_history_are_told_as_a_gap() -> None:
    server = Running(Setup(count_every_s=0.1, history="memory"))
    try:
        server.say("T00000", 1.0)
        made = connector(server.url, columns={"temp": "s=Temp", "count": "s=T00000"})
        now = datetime.now(UTC)
        gaps = [gap for b in made.past(STAGE, now - timedelta(seconds=5), now) for gap in b.gaps]
        assert all(gap.cause == "no_history" for gap in gaps)
        assert all(now - timedelta(seconds=5) <= gap.since <= gap.until <= now for gap in gaps)
    finally:
        server.stop()
