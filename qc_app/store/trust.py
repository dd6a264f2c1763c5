"""Where certificates of OPC UA stand: a folder each source or write-back names, and those of stages being added."""

from __future__ import annotations

from pathlib import Path

from qc_app.plant import Plant
from qc_app.store.home import Store


def trust_folders(store: Store, plant: Plant) -> dict[Path, str]:
    """Return each folder of certificates with the names of those that use it.

    Parameters
    ----------
    store : Store
    plant : Plant
    """
    named = [(s.name, s.settings.get("pki")) for s in plant.sources if s.kind == "opcua"]
    named += [(o.name, o.settings.get("pki")) for o in plant.writeback if o.kind == "opcua"]
    found: dict[Path, list[str]] = {}
    for name, folder in named:
        if isinstance(folder, str) and folder:
            found.setdefault(Path(folder).resolve(), []).append(name)
    for folder in sorted(store.home.glob("pki/*")):
        if folder.is_dir():
            found.setdefault(folder.resolve(), [])
    return {folder: ", ".join(names) or "a stage being added" for folder, names in found.items()}
