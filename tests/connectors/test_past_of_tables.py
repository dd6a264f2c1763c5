"""A stretch of a table, asked again, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from datetime import UTC, timedelta

from data_connectors import make_connector
from data_connectors.base import Remembering
from tests.connectors.test_sql_table import BEGIN, NOW, STAGE, Table, table, units  # noqa: F401 - the fixture


def test_a_stretch_goes_by_event_time_whenever_a_row_was_entered(table: Table) -> None:  # noqa: F811 - the fixture
    for minute in range(6):
        table.put(f"{minute:03d}", minute)
    table.put("late", 2.5, changed=BEGIN + timedelta(days=9))
    table.put("far", 3 * 24 * 60)
    made = make_connector(table.source(), lambda: NOW)
    assert isinstance(made, Remembering)
    list(made.read(STAGE, None))
    since = (BEGIN + timedelta(minutes=2)).replace(tzinfo=UTC)
    found = units(list(made.past(STAGE, since, since + timedelta(minutes=2))))
    assert {"002", "late", "003"} <= set(found)
    assert ("far" in found) == (table.engine.dialect.name == "sqlite"), "a database that can compare is not read whole"
