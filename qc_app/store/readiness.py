"""Whether the store can be written now, asked by writing."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

from qc_app.errors import StoreError
from qc_app.store.durable import reason_of
from qc_app.store.home import Store

_PROBE = b"\0" * 4096


def unready(store: Store) -> str:
    """Return the reason code why the store cannot be written, empty if it can.

    Parameters
    ----------
    store : Store

    Returns
    -------
    str
        As in `StoreError.reason`: ``no_home``, ``disk_full``, ``read_only``, ``permission``, ``unreachable``, ...
    """
    if not (store.home / "models").is_dir():
        return "no_home"
    try:
        if store.reserve.reason:
            return store.reserve.reason
        _write(store.home)
        store.journal.lease.holder()
    except OSError as error:
        return reason_of(error) or "unreachable"
    except StoreError as error:
        return error.reason or "unreachable"
    return ""


def _write(folder: Path) -> None:
    probe = folder / f".probe-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    try:
        probe.write_bytes(_PROBE)
    finally:
        probe.unlink(missing_ok=True)
