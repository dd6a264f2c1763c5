"""What `qc check` tries: disk, clock, store, nights, then every source step by step."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from data_connectors.base import Conformed, Probe
from data_connectors.catalog import make_connector
from data_connectors.errors import ConnectorError
from data_connectors.schema import Source, Stage
from models.words import counted
from qc_app.errors import PlantError, QcError
from qc_app.jobs.backup.moving import former_home
from qc_app.jobs.sources.windowing import named_by_time
from qc_app.plant import Plant, nearest
from qc_app.schedule.due import missed_night
from qc_app.settings import Settings
from qc_app.store import Store
from qc_app.store.backup import newest
from qc_app.views import live_table
from qc_app.views.data.clocks import ahead_by, rows_ahead_by

LEAST_FREE_MB = 500
LOOK_BACK = timedelta(days=4)


def probes(store: Store, plant: Plant, only: str | None = None) -> Iterator[Probe]:
    """Yield every check as it is made; nothing is changed.

    Parameters
    ----------
    store : Store
    plant : Plant
    only : str, optional
        Name of a source: only this one is tried.

    Raises
    ------
    PlantError
        If there is no source `only`.
    """
    names = [s.name for s in plant.sources]
    if only is not None and only not in names:
        raise PlantError(f"there is no source {only!r} - {nearest(only, names)}")
    if only is None:
        yield _disk(store)
        yield _clock(store)
        yield _store(store)
        yield _night(store, plant)
        yield _backup(store)
        yield from _folder(store, plant)
    for source in plant.sources:
        if only in {None, source.name}:
            stage = plant.stage(source.stage)
            yield from _source(store, stage, named_by_time(stage, source))


def _disk(store: Store) -> Probe:
    free = shutil.disk_usage(store.home).free // 2**20
    writable = os.access(store.home, os.W_OK)
    ok = free >= LEAST_FREE_MB and writable and not store.reserve.reason
    advice = "" if ok else f" - at least {LEAST_FREE_MB} MB and the right to write are needed"
    return Probe("disk", ok, f"{free} MB free in {store.home}{'' if writable else ', not writable'}{advice}")


def _backup(store: Store) -> Probe:
    """Look whether the folder of backups can be written, and how old the newest is; a plant without one is told so."""
    folder, last = Settings.load(store.home).backup_folder, newest(store.journal)
    words = f"the newest is of {last.started:%Y-%m-%d %H:%M} UTC" if last else "there is none yet"
    if folder is None:
        return Probe("backup", ok=True, message=f"{words}; none by day: set backup_folder in settings.toml")
    there = next((one for one in (folder, *folder.absolute().parents) if one.exists()), folder)
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return Probe(
            "backup", ok=False, message=f"{folder} cannot be written - mount it, or give this account the right"
        )
    return Probe("backup", ok=True, message=f"one a day to {folder}; {words}")


def _folder(store: Store, plant: Plant) -> Iterator[Probe]:
    """Say where a folder was copied from by hand, as long as its definition names the files that lie there."""
    before = former_home(plant, store.home)
    if before is not None:
        words = f"the definition names files in {before}, from where this folder was moved or copied by hand; the next"
        cure = "scheduler reads those in here - copy by `qc backup` and `qc restore`, which prove that nothing is torn"
        yield Probe("folder", ok=False, message=f"{words} {cure}")


def _clock(store: Store) -> Probe:
    now = store.clock.now()
    newest = [(span[1], stage) for stage in store.lake.stages() if (span := store.lake.span(stage)) is not None]
    at, stage = max(newest, default=(now, ""))
    ahead, words = ahead_by(at, now), f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if ahead is None:
        return Probe("clock", ok=True, message=words)
    cure = "set this machine's clock, or correct that of its source or its zone"
    return Probe(
        "clock", ok=False, message=f"{words}, but the newest unit of {stage} is {_hours(ahead)} ahead - {cure}"
    )


def _hours(lasting: timedelta) -> str:
    """Return a time in hours and minutes.

    Examples
    --------
    >>> _hours(timedelta(hours=2, minutes=58, seconds=50))
    '2 h 59 min'
    """
    hours, minutes = divmod(round(lasting.total_seconds() / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _store(store: Store) -> Probe:
    try:
        broken = store.journal.audit.verify()
        pointed = {p.champion for p in store.journal.models.all_pointers().values() if p.champion}
        missing = [m for m in sorted(pointed) if not store.registry.exists(m)]
    except QcError as error:
        return Probe("store", ok=False, message=str(error))
    if broken or missing:
        return Probe("store", False, broken or f"model {missing[0]} is missing - roll back or restore it")
    kept = f"{counted(len(store.lake.stages()), 'stage')} in the lake, {counted(len(pointed), 'model')}"
    return Probe("store", ok=True, message=f"{kept}, audit whole")


def _night(store: Store, plant: Plant) -> Probe:
    now = store.clock.now()
    history = store.journal.plants.history()
    runs = store.journal.runs.list(since=now - LOOK_BACK, job="night")
    missed = missed_night(plant, now, runs, history[0].at) if history else None
    return Probe(
        "night", missed is None, f"the night of {missed} has not run - see `qc status`" if missed else "as due"
    )


def _preview(made: Conformed, stage: Stage, source: Source, now: datetime) -> tuple[bool, str]:
    """Say whether the first rows could be kept, and what is odd about them."""
    if not made.received:
        return True, "none yet"
    words = f"{made.received - len(made.rejects)} of {made.received} can be kept"
    odd = made.rows["quality"].drop_nulls().to_list() if "quality" in made.rows.columns else []
    if odd:
        words += f", {len(odd)} with values that are bad or uncertain: {_flaw(odd[0], source)}"
    empty = [p.name for p in stage.parameters if p.name in made.rows.columns and not made.rows[p.name].count()]
    if odd and empty:
        words += f"; not one value of {', '.join(empty)} is good"
    ahead = rows_ahead_by(made.rows, now)
    if ahead is not None:
        words += (
            f"; times lie up to {_hours(ahead)} in the future - correct the clock or zone of [sources.{source.name}]"
        )
    ok = not made.rejects and not (odd and empty) and ahead is None
    return ok, f"{words}; {made.rejects[0].message}" if made.rejects else words


def _flaw(quality: str, source: Source) -> str:
    r"""Say of the first flawed value of a row which it is, why, and what helps where that is plain.

    Examples
    --------
    >>> _flaw('{"force": ["bad", "not_a_number", "50,5"]}', Source("files", "file_folder", "press"))
    'e.g. force \'50,5\' (not_a_number) - set decimal = "," in [sources.files]'
    """
    name, (_, code, raw) = next(iter(json.loads(quality).items()))
    words = f"e.g. {name} {str(raw)[:40]!r} ({code})"
    if code != "not_a_number" or raw is None:
        return words
    if re.fullmatch(r"[-+]?\d+,\d+", str(raw)) and source.decimal == ".":
        return f'{words} - set decimal = "," in [sources.{source.name}]'
    if re.fullmatch(r"[-+]?\d{1,3}([,. ]\d{3})+([.,]\d+)?", str(raw)):
        return f"{words} - let the source write numbers without a sign between thousands"
    return f"{words} - let the source write the number alone" if re.match(r"[-+]?\d", str(raw)) else words


def _listener(store: Store, source: Source) -> Iterator[Probe]:
    """Say how the listener of a live source stands; one that nobody started yet is no fault."""
    for row in live_table(store, [source], datetime.now(UTC)).iter_rows(named=True):
        broken = row["state"] == "act" or row["link"] in {"disconnected", "paused"}
        yield Probe(f"source {source.name}, listener", not broken, f"{row['link']}: {row['words']}")


def _source(store: Store, stage: Stage, source: Source) -> Iterator[Probe]:
    name = f"source {source.name}"
    try:
        connector = make_connector(source, store.clock.now, store.spool(source.name))
        try:
            found = list(connector.check())
            for probe in found:
                yield Probe(f"{name}, {probe.step}", probe.ok, probe.message)
            if all(probe.ok for probe in found):
                yield Probe(
                    f"{name}, first rows", *_preview(connector.preview(stage), stage, source, store.clock.now())
                )
            yield from _listener(store, source)
        finally:
            connector.close()
    except ConnectorError as error:
        yield Probe(name, ok=False, message=str(error))
