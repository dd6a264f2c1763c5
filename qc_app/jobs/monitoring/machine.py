"""The machine that all of this runs on: room on its disks, days left on its certificates."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from data_connectors.pki.certificates import loaded
from data_connectors.pki.trust import Known, in_use
from qc_app.jobs.monitoring.alarms import Condition, settle
from qc_app.plant import Plant
from qc_app.store import Store, trust_folders

KINDS = ("disk", "certificate")
LEAST_FREE_MB = 500
SOON, AT_ONCE = timedelta(days=21), timedelta(days=3)


def look_at_machine(store: Store, certificates: Sequence[Path], plant: Plant | None = None) -> None:
    """Raise and clear the alarms of the machine.

    Parameters
    ----------
    store : Store
    certificates : sequence of Path
        Certificates that something here is served with.
    plant : Plant, optional
        Its OPC UA sources rest on certificates too: ours, and those of the servers that are trusted.
    """
    now = store.clock.now()
    found = [disk(store.home, shutil.disk_usage(store.home).free // 2**20)]
    found += [certificate(path, now) for path in certificates]
    for folder, whose in (trust_folders(store, plant) if plant is not None else {}).items():
        found += [_of_opcua(one, whose, now) for one in in_use(folder)]
    settle(store, "", KINDS, [c for c in found if c is not None], now)


def _of_opcua(one: Known, whose: str, now: datetime) -> Condition | None:
    """The alarm of a certificate of OPC UA, named by its whole path: folders hold files of the same name."""
    found = certificate(one.path, now)
    words = f"{'our' if one.state == 'own' else 'the trusted'} certificate of {whose}: "
    return None if found is None else replace(found, subject=str(one.path), sentence=words + found.sentence)


def disk(folder: Path, free_mb: int) -> Condition | None:
    """Too little room in a folder; the level falls as room comes back.

    Examples
    --------
    >>> disk(Path("/srv/plant"), 400).sentence
    '400 MB are free in /srv/plant; at least 500 MB are needed'
    >>> disk(Path("/srv/plant"), 520).level < 1, disk(Path("/srv/plant"), 90_000)
    (True, None)
    """
    level = LEAST_FREE_MB / max(free_mb, 1)
    words = f"{free_mb} MB are free in {folder}; at least {LEAST_FREE_MB} MB are needed"
    return Condition("disk", str(folder), "high", words, level) if free_mb < 2 * LEAST_FREE_MB else None


def certificate(path: Path, now: datetime) -> Condition | None:
    """A certificate that ends within three weeks, has ended, or cannot be read.

    Parameters
    ----------
    path : Path
        PEM or DER; the first certificate in it counts.
    now : datetime
        Aware.
    """
    try:
        ends = loaded(path).not_valid_after_utc
    except (OSError, ValueError) as error:
        return Condition("certificate", path.name, "medium", f"{path} cannot be read as a certificate ({error})")
    left = ends - now
    if left > SOON:
        return None
    when = f"ended on {ends:%Y-%m-%d}" if left < timedelta(0) else f"ends in {left.days} days, on {ends:%Y-%m-%d}"
    return Condition("certificate", path.name, "high" if left < AT_ONCE else "medium", f"certificate {path} {when}")
