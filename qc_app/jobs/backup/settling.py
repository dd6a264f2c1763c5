"""What a restored plant needs before it lives again: nobody leads, nothing is told outside, what is lost is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from data_connectors.catalog import connector_class
from data_connectors.errors import ConnectorError
from data_connectors.references import is_reference, resolved
from data_connectors.schema import Source
from qc_app.jobs.backup.moving import read_here, silence
from qc_app.jobs.recovery import recover
from qc_app.plant import Plant
from qc_app.records import Gap
from qc_app.store import Store, conservation, plant_in_force
from qc_app.store.backup import Manifest

CAUSE = "restored"
_TWO = "restored from a backup: start it once the plant that was backed up runs no more"
_LOST = "the plant was restored from a backup of the beginning of this stretch; what came after it was told once only"


@dataclass(frozen=True, slots=True)
class Settled:
    """What was found and done in a restored plant, in sentences.

    Parameters
    ----------
    done : tuple of str
        What was changed, and what a person should know.
    wrong : tuple of str
        What does not hold: books, audit trail, models.
    """

    done: tuple[str, ...]
    wrong: tuple[str, ...]


def settle(store: Store, made: Manifest, home: Path, who: str) -> Settled:
    """Make a restored store fit to live, and prove that it is whole.

    Parameters
    ----------
    store : Store
        Opened where it was unpacked.
    made : Manifest
    home : Path
        Where it will live.
    who : str

    Returns
    -------
    Settled
    """
    done = list(_nobody_inside(store))
    plant = plant_in_force(store)
    if plant is not None:
        before = Path(made.home)
        if before != home:
            done += read_here(store, plant, before, home, (who, f"restored from {before} to {home}"))
        done += silence(store, plant, (who, _TWO))
        done += _gaps(store, plant, made)
        done += _secrets(plant)
    return Settled(tuple(done), tuple(_wrong(store, plant)))


def _nobody_inside(store: Store) -> Iterator[str]:
    """End the sessions and the lease of the plant that was backed up, and what was under way in it."""
    lease = store.journal.lease.holder()
    if lease is not None:
        store.journal.lease.release(lease)
    begun = recover(store)
    now = store.clock.now()
    ended = sum(store.journal.sessions.end(account.id, now) for account in store.journal.accounts.list() if account.id)
    if begun:
        yield f"{begun} steps were under way when the backup was taken; they are done again"
    if ended:
        yield f"{ended} sign-ins ended; accounts, roles and tokens are those of the backup: see `qc users list`"


def _gaps(store: Store, plant: Plant, made: Manifest) -> Iterator[str]:
    """Note the stretch since the backup for each source that has forgotten what it told."""
    now = store.clock.now()
    for source in plant.sources:
        if _tells_once(source):
            store.journal.gaps.add_new([Gap(source.name, source.stage, made.at, max(now, made.at), CAUSE, now, _LOST)])
            yield f"{source.name}: what it told since the backup cannot be had again; the stretch stands as a gap"


def _tells_once(source: Source) -> bool:
    try:
        return bool(getattr(connector_class(source.kind), "tells_once", False))
    except ConnectorError:
        return False


def _secrets(plant: Plant) -> Iterator[str]:
    """Name the secrets that the definition refers to and that are not to be had on this machine."""
    told = {str(v) for source in plant.sources for v in source.settings.values() if isinstance(v, str)}
    told |= {str(v) for outlet in plant.writeback for v in outlet.settings.values() if isinstance(v, str)}
    told |= {word for route in plant.routes for word in (route.to, route.secret)}
    for text in sorted(text for text in told if is_reference(text)):
        try:
            resolved(text, "")
        except ConnectorError:
            yield f"{text} is referred to and not to be had here: secrets are not part of a backup"


def _wrong(store: Store, plant: Plant | None) -> Iterator[str]:
    broken = store.journal.audit.verify()
    if broken:
        yield broken
    for source in plant.sources if plant is not None else ():
        for fault in conservation.of_source(store, source.stage, source.name, source.carries):
            yield f"{source.name}: {fault}"
