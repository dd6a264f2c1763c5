"""Hand-overs as files: one by name, and those of the shifts that ended, kept in the plant's folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

from qc_app.errors import ActionError
from qc_app.handover.sheets import workbook_bytes
from qc_app.language import ENGLISH, speaking, spoken
from qc_app.plant import Plant
from qc_app.settings import Settings
from qc_app.store import Store
from qc_app.store.durable import make_folder, store_error, write_durably
from qc_app.views import Handover, handover, worked_shifts

FOLDER = "handover"
KEEP_DAYS = 400
#: Shifts that ended longer ago are not made up for: nobody waits for their hand-over any more.
LATE = timedelta(hours=24)


def pdf_bytes(view: Handover) -> bytes:
    """Return a hand-over on paper; what draws fonts is loaded with the first, not with every command."""
    from qc_app.handover.pdf import pdf_bytes as drawn

    return drawn(view)


def paper_language(wanted: str = "") -> str:
    """Return the language of a hand-over on paper: the one that is wanted (default: spoken), if there is a font for it.

    Parameters
    ----------
    wanted : str
        Code of a language.
    """
    from qc_app.handover.fonts import can_write

    code = wanted or spoken()
    return code if can_write(code) else ENGLISH


_MAKERS: Mapping[str, Callable[[Handover], bytes]] = MappingProxyType({".pdf": pdf_bytes, ".xlsx": workbook_bytes})


def write(view: Handover, path: Path) -> None:
    """Write a hand-over, in the form that the name's ending asks for.

    Raises
    ------
    ActionError
        If the ending is neither ``.pdf`` nor ``.xlsx``.
    StoreError
        If the file cannot be written.
    """
    make = _MAKERS.get(path.suffix.lower())
    if make is None:
        raise ActionError(f"a hand-over is no {path.suffix or 'file without an ending'} - name a .pdf or a .xlsx")
    try:
        write_durably(path, make(view))
    except OSError as error:
        raise store_error(f"writing {path}", error) from error


def keep_due(store: Store, plant: Plant) -> list[Path]:
    """Write what the shifts of the last day that ended have to hand over and is not there yet; return the new files.

    Parameters
    ----------
    store : Store
    plant : Plant
        Without shifts nothing is written.

    Raises
    ------
    StoreError
        If a file cannot be written; the next look tries again.
    """
    if not plant.calendar.shifts:
        return []
    now, folder = store.clock.now(), store.home / FOLDER
    begun = store.journal.plants.history()[0].at
    ended = [s for s in worked_shifts(plant, now) if s.end <= now and now - s.end < LATE and s.end > begun]
    made: list[Path] = []
    for shift in ended:
        name = Handover(plant.name, plant.zone, "", shift, now, True, (), {}).name
        missing = [folder / f"{name}{ending}" for ending in _MAKERS if not (folder / f"{name}{ending}").exists()]
        if missing:
            with speaking(paper_language(Settings.load(store.home).language)):
                made += _kept(handover(store, plant, shift), missing)
    if made:
        _tidy(folder, (now - timedelta(days=KEEP_DAYS)).date().isoformat())
    return made


def _kept(view: Handover, paths: list[Path]) -> list[Path]:
    try:
        make_folder(paths[0].parent)
    except OSError as error:
        raise store_error(f"making {paths[0].parent}", error) from error
    for path in paths:
        write(view, path)
    return paths


def _tidy(folder: Path, before: str) -> None:
    for path in folder.glob("shift-*"):
        if path.name < f"shift-{before}":
            path.unlink(missing_ok=True)
