"""Backups: everything that a plant remembers, of one moment, in one folder or file; and back."""

from qc_app.store.backup.manifest import Entry, Manifest
from qc_app.store.backup.noted import JOB, dated, newest, start_of, there
from qc_app.store.backup.reading import Backup, reading
from qc_app.store.backup.restoring import Unpacked, unpacked
from qc_app.store.backup.taking import take
from qc_app.store.backup.writing import TAR, own_bytes, remove

__all__ = [
    "JOB",
    "TAR",
    "Backup",
    "Entry",
    "Manifest",
    "Unpacked",
    "dated",
    "newest",
    "own_bytes",
    "reading",
    "remove",
    "start_of",
    "take",
    "there",
    "unpacked",
]
