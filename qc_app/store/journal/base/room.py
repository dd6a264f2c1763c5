"""What all rooms of the journal share: facts to rows and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from qc_app.store.journal.base.database import Database

Fact = TypeVar("Fact")


class Room:
    """One kind of fact in the journal.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def _add(self, connection: Connection, table: sa.Table, fact: Fact) -> Fact:
        """Insert a fact and return it with its number."""
        key = connection.execute(table.insert().values(values(fact))).inserted_primary_key
        return dataclasses.replace(fact, id=key[0] if key else None)  # type: ignore[type-var]

    def _all(self, query: sa.Select[Any], kind: type[Fact]) -> list[Fact]:
        names = {f.name for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
        with self._database.read() as connection:
            result = connection.execute(query)
            known = [(i, str(key)) for i, key in enumerate(result.keys()) if str(key) in names]
            return [kind(**{name: row[i] for i, name in known}) for row in result]

    def _first(self, query: sa.Select[Any], kind: type[Fact]) -> Fact | None:
        return next(iter(self._all(query.limit(1), kind)), None)


def values(found: Any) -> dict[str, Any]:
    """Return a fact's fields as a row, without its number."""
    return {f.name: getattr(found, f.name) for f in dataclasses.fields(found) if f.name != "id"}


def fact(row: Mapping[Any, Any], kind: type[Fact]) -> Fact:
    """Return a row as a fact; columns that the fact does not know are left out."""
    names = {f.name for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    return kind(**{str(name): value for name, value in row.items() if name in names})


def matching(table: sa.Table, **wanted: Any) -> sa.Select[Any]:
    """Select rows of which the given columns have the given values; None: any."""
    tests = [table.c[name] == value for name, value in wanted.items() if value is not None]
    return sa.select(table).where(*tests)


def newest(query: sa.Select[Any], table: sa.Table, last: int | None, by: Sequence[str] = ("id",)) -> sa.Select[Any]:
    """Order a query by `by`; with `last`, keep only the newest so many (still oldest first)."""
    if last is None:
        return query.order_by(*[table.c[name] for name in by])
    tail = query.order_by(*[table.c[name].desc() for name in by]).limit(last).subquery()
    return sa.select(tail).order_by(*[tail.c[name] for name in by])
