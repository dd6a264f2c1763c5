"""Commands that keep a plant: backup, restore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from models.words import counted
from qc_app.access import local_actor, require
from qc_app.actions import back_up as noted
from qc_app.actions import restore_backup
from qc_app.cli.terminal import HOME, Home, Reason, fail, opened, plant_of, progress, say
from qc_app.errors import SettingsError
from qc_app.jobs.backup.keeping import back_up
from qc_app.jobs.backup.settling import Settled, settle
from qc_app.settings import Settings
from qc_app.store import open_store
from qc_app.store.backup import Manifest, dated, reading, unpacked

Path_ = Annotated[
    Path,
    typer.Argument(
        help="A file ending in .tar, or a folder, not there yet; in a folder that is there, a file is named by date."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (backup, restore):
        app.command()(command)


def backup(
    path: Path_,
    home: Home = HOME,
    reason: Reason = "",
    *,
    check: Annotated[bool, typer.Option("--check", help="Only check the backup PATH, every byte of it.")] = False,
) -> int:
    """Copy everything of a plant, of one moment, while it runs. Needs QC_ROLE=administrator."""
    if check:
        return _checked(path)
    with opened(home) as store:
        plant = plant_of(store)
        target = path.absolute()
        if target.is_dir():
            target /= dated(store)
        noted(store, local_actor(), target, reason)
        with progress("backup") as tell:
            run = back_up(store, plant, target, tell)
    say(f"backup: {run.sentence}")
    say("it was read once and is whole; it holds digests of passwords and the keys in the plant's folder: lock it away")
    return 0


def restore(
    path: Annotated[Path, typer.Argument(help="What `qc backup` wrote.")],
    home: Annotated[Path, typer.Option("--home", envvar="QC_HOME", help="Folder of the plant: a new or empty one.")],
    reason: Reason = "",
) -> int:
    """Make a plant's folder of a backup. Needs QC_ROLE=administrator; fills an empty database in QC_DATABASE_URL."""
    actor = local_actor()
    require(actor, "restore_backup")
    url = _outside(home)
    with progress("restore") as tell, unpacked(path, home, url, tell) as found:
        tell("books and audit trail", 1.0)
        with open_store(found.settings) as store:
            settled = settle(store, found.manifest, home.absolute(), actor.name)
            restore_backup(store, actor, path, found.manifest.at.isoformat(), reason)
    return _told(found.manifest, settled, found.set_aside, home)


def _outside(home: Path) -> str | None:
    """Return the database that the environment names for the journal, and refuse a lake elsewhere.

    Raises
    ------
    SettingsError
        If the environment names a lake.
    """
    named = Settings.load(home)
    if named.lake_url is not None:
        raise SettingsError("QC_LAKE_URL is set, and a restored lake lies in its home - unset it")
    return named.database_url


def _checked(path: Path) -> int:
    with reading(path) as found, progress("check") as tell:
        found.check(tell)
    for line in _described(found.manifest):
        say(line)
    say(f"{path} is whole: {counted(len(found.manifest.files), 'file')}, {found.manifest.size / 1e6:,.1f} MB")
    return 0


def _described(made: Manifest) -> list[str]:
    rows = sum(table["rows"] for table in made.tables.values())
    words = [
        f"{made.plant or 'no plant'} in {made.home}, as of {made.at.isoformat(' ', 'seconds')}",
        f"  taken {made.made.isoformat(' ', 'seconds')} by program {made.program} from {made.database}",
        f"  {sum(made.counts.values()):,} facts, {rows:,} rows in {counted(len(made.tables), 'table')}",
    ]
    for name, mark in sorted(made.watermarks.items()):
        words.append(f"  {name}: {mark['received']:,} records, newest {mark['newest'] or 'none'}")
    return words


def _told(made: Manifest, settled: Settled, set_aside: tuple[str, ...], home: Path) -> int:
    for line in _described(made):
        say(line)
    for key in set_aside:
        say(f"  {key} in settings.toml is commented out: it names a place of the plant that was backed up")
    for line in settled.done:
        say(f"  {line}")
    for line in settled.wrong:
        fail(line, 1)
    if settled.wrong:
        return fail(f"{home} is restored, and what stands above did not hold in the backup either", 1)
    say(f"restored to {home}: books balance, the audit trail is whole; `qc check`, then `qc up`")
    return 0
