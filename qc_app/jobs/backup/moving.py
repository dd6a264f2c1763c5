"""A plant's folder that is not where it was: its own files are read where they are now, and nothing is told outside."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from data_connectors.schema import Source
from qc_app.plant import Plant, digest, render
from qc_app.store import Store, plant_in_force
from qc_app.store.outlet_room import Stopped

_LOG = logging.getLogger(__name__)
#: Folders of a plant's folder that a definition names, and the settings that name them.
_OWN, _KEYS = ("uploads", "imports", "pki"), ("path", "pki")
BY_ITSELF = "scheduler"


def come_home(store: Store) -> tuple[str, ...]:
    """Let a folder that was moved or copied by hand read its own files, and stop its write-backs; return what was done.

    A copy that went on reading the files of the folder that it was made of would live on another plant's data, and two
    plants would tell the same machine. `qc backup` and `qc restore` do the same and prove that nothing is torn.
    """
    plant = plant_in_force(store)
    before = former_home(plant, store.home) if plant is not None else None
    if plant is None or before is None:
        return ()
    reason = f"the plant's folder was moved or copied by hand from {before} to {store.home}"
    done = list(read_here(store, plant, before, store.home, (BY_ITSELF, reason)))
    done += silence(store, plant, (BY_ITSELF, f"{reason}: start it once no other plant tells"))
    for sentence in done:
        _LOG.warning("%s: %s", reason, sentence)
    return tuple(done)


def former_home(plant: Plant, home: Path) -> Path | None:
    """Return where the plant's folder was when its definition was written, None where it still is there."""
    for source in plant.sources:
        for key in _KEYS:
            there = Path(str(source.settings.get(key, "")))
            here = home.joinpath(*there.parts[-2:])
            if len(there.parts) > 2 and there.parts[-2] in _OWN and here.is_dir() and not _same(there, here):
                return there.parents[1]
    return None


def _same(there: Path, here: Path) -> bool:
    """Tell whether two paths name one folder, be it over links."""
    return there == here or there.resolve() == here.resolve()


def read_here(store: Store, plant: Plant, before: Path, home: Path, told: tuple[str, str]) -> Iterator[str]:
    """Let sources that read files in the plant's folder read them where the folder is now.

    Parameters
    ----------
    store : Store
    plant : Plant
        In force.
    before, home : Path
        The folder, before and now.
    told : (str, str)
        Who did it, and why.

    Yields
    ------
    str
        What was changed.
    """
    sources = tuple(_placed(source, before, home) for source in plant.sources)
    changed = [new.name for new, old in zip(sources, plant.sources, strict=True) if new != old]
    if changed:
        moved = replace(plant, sources=sources)
        store.journal.plants.save(render(moved), digest(moved), *told, store.clock.now())
        yield f"{', '.join(changed)}: read in {home} from now on (a new version of the definition)"


def _placed(source: Source, before: Path, home: Path) -> Source:
    moved = {
        key: str(home / Path(path).relative_to(before))
        for key in _KEYS
        if isinstance(path := source.settings.get(key), str) and Path(path).is_relative_to(before)
    }
    return replace(source, settings={**source.settings, **moved}) if moved else source


def silence(store: Store, plant: Plant, told: tuple[str, str]) -> Iterator[str]:
    """Stop every write-back, as `told` (by whom, why): two plants must not tell the same machine."""
    for outlet in plant.writeback:
        if store.outlet(outlet.name).stopped() is None:
            store.outlet(outlet.name).stop(Stopped(*told, store.clock.now()))
        yield f"write-back {outlet.name} is stopped: `qc writeback start` once no other plant tells"
