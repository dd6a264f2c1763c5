"""Whether the program is well, and which settings are in force; secrets are masked."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from qc_app.language import count, dated, ntr, number, per_cent, tr
from qc_app.logs import masked
from qc_app.plant import Plant
from qc_app.settings import Settings
from qc_app.store import Store
from qc_app.store.backup import newest
from qc_app.views.moments import span
from qc_app.views.scheduling import overdue_night, silence
from qc_app.views.vocabulary import status_word

LOW_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Health:
    """One part of the program: a figure, words beside it, and whether it asks (``watch``) or demands (``act``)."""

    part: str
    figure: str
    words: str
    state: str = ""


def health(store: Store, plant: Plant, now: datetime | None = None) -> list[Health]:
    """Return store, disk, backup, scheduler, night, sources, messages and the program's own errors."""
    at = now or datetime.now(UTC)
    return [
        _journal(store), _disk(store), _backup(store), _scheduler(store, at), _night(store, plant),
        _sources(store, plant, at), _messages(store), _errors(store, at),
    ]  # fmt: skip


def settings_table(store: Store) -> pl.DataFrame:
    """Return the settings in force and where each comes from: the environment, the file, or the default."""
    settings = Settings.load(store.home)
    rows = []
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        given = tr("environment") if f"QC_{name.upper()}" in os.environ else tr("file")
        rows.append((name, _told(name, value), tr("default") if value == field.default else given))
    return pl.DataFrame(rows, schema=["setting", "value", "given_by"], orient="row")


def address_of(store: Store) -> str:
    """Return the address under which people reach the dashboard."""
    return Settings.load(store.home).address


def _told(name: str, value: Any) -> str:
    if value is None or value in ("", ()):
        return "–"
    if name == "oidc":
        return f"{value.metadata}, {value.client_id}: {', '.join(value.roles)}"
    return masked(str(value))


def _journal(store: Store) -> Health:
    database = store.journal.database
    if not database.sqlite:
        return Health(tr("Journal"), "PostgreSQL", masked(database.url.render_as_string(hide_password=True)))
    size = sum(p.stat().st_size for p in store.home.glob("journal.sqlite*") if p.suffix in {".sqlite", ".sqlite-wal"})
    return Health(
        tr("Journal"), tr("{size} MB", size=number(size / 1e6, 1, grouped=True)), tr("SQLite in the plant's folder")
    )


def _disk(store: Store) -> Health:
    disk = shutil.disk_usage(store.home)
    state = "watch" if disk.free < LOW_SHARE * disk.total else ""
    return Health(
        tr("Disk"),
        tr("{size} GB free", size=count(round(disk.free / 1e9))),
        tr("{share} of {size} GB", share=per_cent(disk.free / disk.total), size=count(round(disk.total / 1e9))),
        state,
    )


def backup_age(store: Store) -> timedelta | None:
    """Return how old the newest backup that is whole is by the plant's clock; None: there is none."""
    last = newest(store.journal)
    return None if last is None else store.clock.now() - last.started


def _backup(store: Store) -> Health:
    folder, age = Settings.load(store.home).backup_folder, backup_age(store)
    figure = tr("{age} ago", age=span(age.total_seconds())) if age is not None else tr("none")
    if folder is None:
        return Health(tr("Backup"), figure, tr("none by day: set backup_folder in settings.toml"))
    overdue = any(alarm.kind == "backup_overdue" for alarm in store.journal.alarms.list(open_only=True))
    return Health(tr("Backup"), figure, tr("one a day in {folder}", folder=str(folder)), "act" if overdue else "")


def _scheduler(store: Store, now: datetime) -> Health:
    lease = store.journal.lease.holder()
    if silence(store, now):
        return Health(tr("Scheduler"), tr("not running"), tr("start it with `qc up`"), "act")
    return Health(tr("Scheduler"), tr("works"), lease.holder if lease else "")


def _night(store: Store, plant: Plant) -> Health:
    late = overdue_night(store, plant)
    nights = store.journal.runs.list(job="night", last=1)
    word = dated(nights[-1].plant_day) if nights else tr("none yet")
    words = status_word(nights[-1].status) if nights else tr("it runs by itself")
    return Health(
        tr("Last night that ran"), word, tr("a later one is overdue") if late else words, "act" if late else ""
    )


def _sources(store: Store, plant: Plant, now: datetime) -> Health:
    if silence(store, now):  # whether one is silent is found by the scheduler
        return Health(tr("Sources"), count(len(plant.sources)), tr("nobody reads them now"), "watch")
    silent = {a.subject for a in store.journal.alarms.list(open_only=True) if a.kind == "stale_source"}
    words = tr("{n} silent", n=len(silent)) if silent else tr("all talk")
    return Health(tr("Sources"), count(len(plant.sources)), words, "watch" if silent else "")


def _messages(store: Store) -> Health:
    letters = store.journal.outbox.list(last=500)
    lost = sum(letter.state == "given_up" for letter in letters)
    waiting = sum(letter.state == "waiting" for letter in letters)
    given_up = tr("{n} given up", n=lost) if lost else tr("none given up")
    return Health(tr("Messages"), ntr("{n} waits", "{n} wait", waiting), given_up, "watch" if lost else "")


def _errors(store: Store, now: datetime) -> Health:
    path = store.home / "logs" / "unexpected-errors.log"
    if not path.exists():
        return Health(tr("Unexpected errors"), tr("none"), tr("what should be reported would stand in logs"))
    age = now.timestamp() - path.stat().st_mtime
    newest = tr("newest {age} ago: {file} in logs", age=span(age), file=path.name)
    return Health(tr("Unexpected errors"), tr("some"), newest, "watch" if age < 86_400 else "")
