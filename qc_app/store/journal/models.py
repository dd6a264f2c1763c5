"""Model versions and the pointers that say which one answers; pointers move in one transaction."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from qc_app.errors import ActionError, StoreError
from qc_app.records import Decision, ModelStatus, ModelVersion, Pointers
from qc_app.store.journal.base.columns import METADATA, moment, numbers, text, whole
from qc_app.store.journal.base.room import Room, fact, matching, values
from qc_app.store.journal.decisions import DECISIONS

MODELS = sa.Table(
    "models",
    METADATA,
    sa.Column("id", sa.Text(), primary_key=True),
    text("stage"),
    text("characteristic"),
    text("learner"),
    moment("created"),
    text("parent"),
    moment("cutoff"),
    whole("lake_version"),
    whole("n_labels"),
    whole("seed"),
    text("status"),
    numbers("numbers"),
    text("sentence"),
)
sa.Index("ix_models_stage", MODELS.c.stage, MODELS.c.characteristic, MODELS.c.created)
POINTERS = sa.Table(
    "pointers",
    METADATA,
    sa.Column("stage", sa.Text(), primary_key=True),
    sa.Column("characteristic", sa.Text(), primary_key=True),
    *[
        sa.Column(name, sa.Text(), sa.ForeignKey("models.id"), nullable=True)
        for name in ("champion", "previous", "challenger")
    ],
)
Found = list[ModelVersion]


class Models(Room):
    """Versions of the registry as the journal knows them; priors have stage and characteristic empty."""

    def add(self, version: ModelVersion) -> ModelVersion:
        """Note a version; the same id again changes nothing, for the same content has the same id."""
        row = values(version) | {"id": version.id}
        with self._database.write() as connection:
            connection.execute(self._database.insert(MODELS).values(row).on_conflict_do_nothing())
        return version

    def get(self, id: str) -> ModelVersion:  # noqa: A002 - the contract's word
        """Return a version, or raise StoreError if the journal does not know it."""
        found = self._first(matching(MODELS, id=id), ModelVersion)
        if found is None:
            raise StoreError(f"the journal knows no model {id!r} - see `qc status` for those there are")
        return found

    def list(self, stage: str | None = None, characteristic: str | None = None) -> Found:
        """Return versions, oldest first."""
        query = matching(MODELS, stage=stage, characteristic=characteristic)
        return self._all(query.order_by(MODELS.c.created, MODELS.c.id), ModelVersion)

    def mark(self, id: str, status: ModelStatus, sentence: str) -> None:  # noqa: A002 - the contract's word
        """Set a version's status and say why."""
        with self._database.write() as connection:
            _mark(connection, id, status, sentence)

    def pointers(self, stage: str, characteristic: str) -> Pointers:
        """Return which version answers, which did before, and which wants to."""
        return self._first(matching(POINTERS, stage=stage, characteristic=characteristic), Pointers) or Pointers()

    def all_pointers(self) -> dict[tuple[str, str], Pointers]:
        """Return the pointers of every stage and characteristic that has any."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(POINTERS)).mappings().all()
        return {(row["stage"], row["characteristic"]): fact(row, Pointers) for row in rows}

    def challenge(self, stage: str, characteristic: str, id: str) -> Pointers:  # noqa: A002 - the contract's word
        """Make a version the challenger; an unjudged older challenger is retired."""
        with self._database.write() as connection:
            now = _pointers(connection, stage, characteristic)
            if now.challenger not in {None, id}:
                _mark(connection, now.challenger, "retired", "a newer challenger took its place")
            if id != now.champion:
                _mark(connection, id, "challenger")
            return _point(connection, stage, characteristic, replace(now, challenger=id))

    def promote(self, stage: str, characteristic: str, id: str, decision: Decision) -> Pointers:  # noqa: A002
        """Make a version the champion and note the decision, in one transaction.

        The champion becomes the previous one, the previous one is retired. Promoting the champion itself only
        notes the decision.
        """
        with self._database.write() as connection:
            self._add(connection, DECISIONS, decision)
            now = _pointers(connection, stage, characteristic)
            open_one = None if now.challenger == id else now.challenger
            if now.champion == id:
                return _point(connection, stage, characteristic, replace(now, challenger=open_one))
            _mark(connection, id, "champion", decision.sentence)
            if now.champion is not None:
                _mark(connection, now.champion, "previous")
            if now.previous not in {None, id}:
                _mark(connection, now.previous, "retired")
            return _point(connection, stage, characteristic, Pointers(id, now.champion, open_one))

    def reject(self, stage: str, characteristic: str, id: str, decision: Decision) -> Pointers:  # noqa: A002
        """Turn a challenger away and note the decision, in one transaction."""
        with self._database.write() as connection:
            self._add(connection, DECISIONS, decision)
            now = _pointers(connection, stage, characteristic)
            if id not in {now.champion, now.previous}:
                _mark(connection, id, "rejected", decision.sentence)
            left = None if now.challenger == id else now.challenger
            return _point(connection, stage, characteristic, replace(now, challenger=left))

    def roll_back(self, stage: str, characteristic: str, decision: Decision) -> Pointers:
        """Let the previous version answer again and quarantine the champion, in one transaction.

        Raises
        ------
        ActionError
            If there is no previous version.
        """
        with self._database.write() as connection:
            now = _pointers(connection, stage, characteristic)
            if now.previous is None or now.champion is None:
                raise ActionError(
                    f"stage {stage!r}, {characteristic!r}: there is no previous model to go back to - retrain instead"
                )
            self._add(connection, DECISIONS, decision)
            _mark(connection, now.champion, "quarantined", decision.sentence)
            _mark(connection, now.previous, "champion")
            return _point(connection, stage, characteristic, Pointers(now.previous, None, now.challenger))


def _pointers(connection: Connection, stage: str, characteristic: str) -> Pointers:
    row = connection.execute(matching(POINTERS, stage=stage, characteristic=characteristic)).mappings().one_or_none()
    return fact(row, Pointers) if row else Pointers()


def _point(connection: Connection, stage: str, characteristic: str, to: Pointers) -> Pointers:
    where = (POINTERS.c.stage == stage, POINTERS.c.characteristic == characteristic)
    row: dict[str, Any] = dataclasses.asdict(to)
    if connection.execute(POINTERS.update().where(*where).values(row)).rowcount == 0:
        connection.execute(POINTERS.insert().values(stage=stage, characteristic=characteristic, **row))
    return to


def _mark(connection: Connection, id: str | None, status: ModelStatus, sentence: str | None = None) -> None:  # noqa: A002
    words = {} if sentence is None else {"sentence": sentence}
    changed = connection.execute(MODELS.update().where(MODELS.c.id == id).values(status=status, **words))
    if changed.rowcount != 1:
        raise StoreError(f"the journal knows no model {id!r} - add the version before pointing at it")
