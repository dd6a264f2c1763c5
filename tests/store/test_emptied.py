"""A journal that was emptied is a new one; one that a test took apart is made anew."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qc_app.store import Journal
from tests.store.emptied import Emptied, rows_of, shape_of

TOLD = (datetime(2026, 3, 1, tzinfo=UTC), "anna", "engineer", "promote", "s1", "better", {})


def contents(journal: Journal, emptied: Emptied) -> dict[str, list[dict[str, object]]]:
    with journal.database.read() as connection:
        return {name: rows_of(connection, name) for name in emptied.rows}


def test_what_a_test_wrote_is_gone_for_the_next_and_numbers_begin_again(emptied: Emptied):
    for _ in range(2):
        journal = emptied.journal()
        assert contents(journal, emptied) == emptied.rows
        journal.audit.write(*TOLD)
        assert [link.id for link in journal.audit.list()] == [1]
        journal.close()


@pytest.mark.parametrize(
    "done",
    [
        "ALTER TABLE audit DISABLE TRIGGER audit_guard",
        "DROP TRIGGER audit_guard ON audit",
        "ALTER TABLE labels ADD COLUMN odd TEXT",
        "CREATE TABLE left_behind (a INT)",
    ],
)
def test_what_was_taken_apart_is_made_anew(emptied: Emptied, done: str):
    journal, whole = emptied.journal(), emptied.shape
    with journal.database.write() as connection:
        connection.exec_driver_sql(done)
        assert shape_of(connection) != whole
    journal.close()
    journal = emptied.journal()
    with journal.database.read() as connection:
        assert shape_of(connection) == whole
    journal.close()
