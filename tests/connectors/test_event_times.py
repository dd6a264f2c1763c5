"""S6: whose clock says when something happened, by skew and by what is missing; the choice is kept with the row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from data_connectors import conform
from data_connectors.base import Batch
from data_connectors.errors import DefinitionError
from data_connectors.rows.times import TimePolicy
from data_connectors.schema import Parameter, Source, Stage

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
STAGE = Stage("s", "l", "f", (Parameter("v"),), ())


def made(time: str, server: str = "", **settings: object):
    source = Source("src", "file_folder", "s", zone="UTC", settings={"server_time_column": "ts", **settings})
    frame = pl.DataFrame({"unit_id": ["A"], "time": [time], "ts": [server], "v": ["1"]})
    return conform(Batch("s", frame, ""), STAGE, source, NOW)


GOOD, SERVER = "2024-06-01T10:00:00Z", "2024-06-01T10:00:05Z"
CASES = {
    "the source's time counts": (GOOD, SERVER, {}, (GOOD, None)),
    "none: the server's": ("", SERVER, {}, (SERVER, "server")),
    "1970, a device without a clock: the server's": ("1969-12-31T23:59:59Z", SERVER, {}, (SERVER, "server")),
    "2106, an overflow: the server's": ("2106-02-07T06:28:16Z", SERVER, {}, (SERVER, "server")),
    "more than a day ahead: the server's": ("2024-06-03T10:00:00Z", SERVER, {}, (SERVER, "server")),
    "further from the server than allowed": (GOOD, SERVER, {"max_skew_s": 4}, (SERVER, "server")),
    "just as far as allowed": (GOOD, SERVER, {"max_skew_s": 5}, (GOOD, None)),
    "none at all: ours, where it is asked for": ("", "", {"time_fallback": "ingest"}, (NOW.isoformat(), "ingest")),
    "nanoseconds are cut": ("2024-06-01T10:00:00.123456789Z", "", {}, ("2024-06-01T10:00:00.123456Z", None)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_whose_time_counts(case: str) -> None:
    time, server, settings, (event, clock) = CASES[case]
    (row,) = made(time, server, **settings).rows.to_dicts()
    assert row["t_event"] == datetime.fromisoformat(event)
    assert row.get("clock") == clock
    believed = None if clock else datetime.fromisoformat(event)
    assert row["t_source"] == (believed if time != GOOD else datetime.fromisoformat(GOOD))


REFUSED = {
    "missing_time": ("", "", {}),
    "future_time": ("2024-06-03T10:00:00Z", "", {}),
    "unparsable_time": ("soon", SERVER, {}),
    "time_out_of_range": ("1969-12-31T23:59:59Z", SERVER, {"time_fallback": "reject"}),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_a_time_that_nobody_can_believe_is_refused(reason: str) -> None:
    time, server, settings = REFUSED[reason]
    found = made(time, server, **settings)
    assert [r.reason for r in found.rejects] == [reason]


def test_skew_says_how_much_is_allowed() -> None:
    found = made("2024-06-01T12:00:11Z", "", max_skew_s=10)
    assert "is more than 10 s ahead of now - correct the source's clock" in found.rejects[0].message
    assert made("2024-06-01T12:00:10Z", "", max_skew_s=10).rejects == ()


def test_a_row_that_comes_again_without_a_time_is_the_same_row() -> None:
    first, again = made("", "", time_fallback="ingest"), made("", "", time_fallback="ingest")
    assert first.rows["row_hash"].to_list() == again.rows["row_hash"].to_list()


def test_the_server_s_time_is_kept_beside_the_source_s() -> None:
    (row,) = made(GOOD, SERVER).rows.to_dicts()
    assert row["t_server"] - row["t_source"] == timedelta(seconds=5)
    assert "t_server" not in made(GOOD).rows.columns, "no column for what no row says"


@pytest.mark.parametrize(("setting", "said"), [({"fallback": "guess"}, "use 'server'"), ({"max_skew_s": 0}, "above 0")])
def test_wrong_policies_say_what_to_do(setting: dict[str, object], said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        TimePolicy(**setting)  # type: ignore[arg-type]
