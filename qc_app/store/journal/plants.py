"""The plant's definitions, every version that was ever in force."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from qc_app.errors import ActionError
from qc_app.records import PlantVersion
from qc_app.store.journal.base.columns import METADATA, identity, moment, text
from qc_app.store.journal.base.room import Room, fact, newest

PLANTS = sa.Table(
    "plant_versions",
    METADATA,
    identity(),
    moment("at"),
    text("author"),
    text("reason"),
    text("definition"),
    text("digest"),
)
Versions = list[PlantVersion]


class Plants(Room):
    """Definitions of the plant."""

    def save(
        self, plant_text: str, digest: str, author: str, reason: str, at: datetime, *, after: int | None = None
    ) -> PlantVersion:
        """Put a definition in force from `at` on and return it with its number.

        Parameters
        ----------
        plant_text, digest, author, reason : str
        at : datetime
        after : int, optional
            Number of the version that the author saw (0: there was none); None: whatever is in force.

        Raises
        ------
        ActionError
            If another version is in force by now; nothing is written then. Says whose it is.
        """
        with self._database.write() as connection:
            if after is not None:
                _require_seen(connection, after)
            return self._add(connection, PLANTS, PlantVersion(at, author, reason, plant_text, digest))

    def get(self, number: int) -> PlantVersion | None:
        """Return the definition with this number, None if there is none."""
        return self._first(sa.select(PLANTS).where(PLANTS.c.id == number), PlantVersion)

    def current(self) -> PlantVersion | None:
        """Return the definition in force, None before the first."""
        return self._first(sa.select(PLANTS).order_by(PLANTS.c.id.desc()), PlantVersion)

    def history(self) -> Versions:
        """Return all definitions, oldest first."""
        return self._all(newest(sa.select(PLANTS), PLANTS, None), PlantVersion)


def changed_meanwhile(newer: PlantVersion, seen: int) -> str:
    """Say that a definition is not the one that somebody looked at."""
    why = f": {newer.reason}" if newer.reason else ""
    look = f"see `qc plant diff {seen} {newer.id}`, " if seen else ""
    return (
        f"the plant was changed meanwhile by {newer.author} (version {newer.id}, {newer.at:%Y-%m-%d %H:%M} UTC{why})"
        f" - nothing was changed now; {look}then take up that version (`qc export`) and apply again"
    )


def _require_seen(connection: Connection, after: int) -> None:
    row = connection.execute(sa.select(PLANTS).order_by(PLANTS.c.id.desc()).limit(1)).mappings().first()
    if row is not None and row["id"] != after:
        raise ActionError(changed_meanwhile(fact(row, PlantVersion), after))
