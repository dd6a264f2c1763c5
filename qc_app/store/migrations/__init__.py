"""Bring the journal's tables up to date, never back: an older program refuses a newer store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from qc_app.errors import StoreError
from qc_app.store.durable import sync
from qc_app.store.journal.base.database import Database

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationStep

#: The step that this program knows as the last.
HEAD = "0015"
_BEFORE = "before_"


def upgrade(database: Database) -> None:
    """Run the steps that the journal lacks, all in one transaction; it is copied aside before.

    SQLite to a file beside it, PostgreSQL to tables ``before_STEP_NAME`` of the same database; those of the update
    before go then.

    Raises
    ------
    StoreError
        If a newer program wrote the journal (reason ``newer_store``), or the database refuses; the journal is
        then as it was.
    """
    with database.read() as connection:
        found = revision_of(connection)
    if found == HEAD:
        return
    _refuse_newer(found, database)
    if found is not None and database.sqlite:
        _copy_aside(database, found)
    with database.write() as connection:
        if revision_of(connection) != HEAD:
            if found is not None and not database.sqlite:
                _copy_tables(connection)
            _run(connection)


def revision_of(connection: Connection) -> str | None:
    """Return the step that the journal is at, None if it has no tables yet."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _refuse_newer(found: str | None, database: Database) -> None:
    if found is not None and found > HEAD:
        place = database.url.render_as_string(hide_password=True)
        raise StoreError(
            f"the journal {place} was written by a newer program (step {found}, this one knows {HEAD}) - update this"
            " program, or restore the copy that was made before the update",
            "newer_store",
        )


def _copy_aside(database: Database, found: str) -> None:
    file = Path(str(database.url.database))
    target = file.with_name(f"{file.name}.before-{HEAD}-from-{found}")
    unfinished = target.with_name(target.name + ".tmp")
    unfinished.unlink(missing_ok=True)
    with database.read() as connection:
        raw = connection.connection.driver_connection
    if not target.exists() and raw is not None:
        raw.execute("VACUUM INTO ?", (str(unfinished),))
        sync(unfinished)
        unfinished.replace(target)
        sync(target.parent)


def _copy_tables(connection: Connection) -> None:
    quoted = connection.dialect.identifier_preparer.quote
    for name in sa.inspect(connection).get_table_names():
        if name.startswith(_BEFORE):
            connection.exec_driver_sql(f"DROP TABLE {quoted(name)}")
        else:
            connection.exec_driver_sql(f"CREATE TABLE {quoted(f'{_BEFORE}{HEAD}_{name}')} AS TABLE {quoted(name)}")


def _run(connection: Connection) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(Path(__file__).parent)

    def steps(found: Any, _context: object) -> list[MigrationStep]:
        return list(scripts._upgrade_revs(HEAD, found))  # noqa: SLF001 - as Alembic's own command does

    with EnvironmentContext(Config(), scripts, fn=steps, destination_rev=HEAD) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()
