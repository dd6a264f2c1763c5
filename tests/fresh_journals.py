"""A new SQLite journal of a test gets the tables that all steps made once a run, not every step again.

Forty tables in eleven steps take longer than most tests. Journals that have tables already, PostgreSQL, other
processes and tests that ask for `step_by_step` run the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.engine import Connection

from qc_app.store import migrations

_STEPS = migrations._run


class Mould:
    """Stands in for the steps: casts the tables that they made of a first journal."""

    def __init__(self, steps: Callable[[Connection], None]) -> None:
        self._steps, self._head = steps, migrations.HEAD
        self._cast: list[str] = []

    def __call__(self, connection: Connection) -> None:
        empty = connection.dialect.name == "sqlite" and migrations.revision_of(connection) is None
        if not empty or self._head != migrations.HEAD:
            self._steps(connection)
        elif self._cast:
            for statement in self._cast:
                connection.exec_driver_sql(statement)
        else:
            self._steps(connection)
            self._cast = statements(connection)


def statements(connection: Connection) -> list[str]:
    """Return what makes the tables of a journal and the rows that the steps put there; the transaction is yours."""
    raw = connection.connection.driver_connection
    assert raw is not None
    begin, *made, commit = raw.iterdump()
    assert (begin, commit) == ("BEGIN TRANSACTION;", "COMMIT;")
    return made


@pytest.fixture(autouse=True, scope="session")
def fresh_journals_are_cast() -> Iterator[None]:
    """Every new journal of this process is cast from one mould."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "_run", Mould(_STEPS))
        yield


@pytest.fixture
def step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Journals are made by the steps themselves, for tests of the steps."""
    monkeypatch.setattr(migrations, "_run", _STEPS)
