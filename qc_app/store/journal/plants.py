"""The plant's definitions, every version that was ever in force."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from qc_app.records import PlantVersion
from qc_app.store.journal.columns import METADATA, identity, moment, text
from qc_app.store.journal.room import Room, newest

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

    def save(self, plant_text: str, digest: str, author: str, reason: str, at: datetime) -> PlantVersion:
        """Put a definition in force from `at` on and return it with its number."""
        with self._database.write() as connection:
            return self._add(connection, PLANTS, PlantVersion(at, author, reason, plant_text, digest))

    def current(self) -> PlantVersion | None:
        """Return the definition in force, None before the first."""
        return self._first(sa.select(PLANTS).order_by(PLANTS.c.id.desc()), PlantVersion)

    def history(self) -> Versions:
        """Return all definitions, oldest first."""
        return self._all(newest(sa.select(PLANTS), PLANTS, None), PlantVersion)
