"""The registry: one folder a model version, named by the digest of its content."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from qc_app.errors import StoreDamaged, StoreError
from qc_app.store.durable import make_folder, store_error, sync, write_durably

_MANIFEST = "manifest.json"
_ID = re.compile(r"[0-9a-f]{32}")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_ASIDE = ".making-"
Ids = list[str]


class Registry:
    """Model versions as folders; a folder is there with all of its content, or not at all.

    Parameters
    ----------
    root : Path

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     registry = Registry(Path(folder))
    ...     key = registry.put({"state.safetensors": b"abc"}, {"seed": 3})
    ...     data, manifest = registry.get(key)
    >>> data["state.safetensors"], manifest
    (b'abc', {'seed': 3})
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(root)

    def put(self, data: Mapping[str, bytes], manifest: Mapping[str, Any]) -> str:
        """Store a version and return its id; the same content again is the same id and changes nothing.

        Parameters
        ----------
        data : mapping of str to bytes
            File name to content.
        manifest : mapping
            JSON-able.

        Raises
        ------
        StoreError
            If a file name is not a plain name, the manifest is not JSON, or the disk refuses.
        """
        index = _index(data, manifest)
        key = _digest(index)
        if not self.exists(key):
            try:
                self._build(key, data, index)
            except OSError as error:
                raise store_error(f"storing model {key} in {self.root}", error) from error
        return key

    def get(self, id: str) -> tuple[dict[str, bytes], dict[str, Any]]:  # noqa: A002 - the contract's word
        """Return the files and the manifest of a version, after checking every digest.

        Raises
        ------
        StoreDamaged
            If it is missing, or a byte of it is not as it was stored.
        """
        folder = self._folder(id)
        try:
            index = (folder / _MANIFEST).read_bytes()
            if _digest(index) != id:
                raise StoreDamaged(
                    f"model {id}: the manifest in {folder} was changed - roll back or restore", "damaged"
                )
            read = json.loads(index)
            data = {name: (folder / name).read_bytes() for name in read["files"] if _FILE.fullmatch(name)}
        except (OSError, ValueError, KeyError) as error:
            raise StoreDamaged(
                f"model {id} cannot be read from {folder} ({error}) - roll back or restore", "damaged"
            ) from error
        changed = [name for name, found in data.items() if _sha(found) != read["files"][name]]
        if changed:
            raise StoreDamaged(f"model {id}: {changed[0]} in {folder} was changed - roll back or restore", "damaged")
        return data, read["manifest"]

    def exists(self, id: str) -> bool:  # noqa: A002 - the contract's word
        """Whether a version is stored."""
        return (self._folder(id) / _MANIFEST).is_file()

    def list(self) -> Ids:
        """Return the ids of all versions, in order."""
        return sorted(path.parent.name for path in self.root.glob(f"*/{_MANIFEST}") if _ID.fullmatch(path.parent.name))

    def sweep(self, keep: AbstractSet[str], grace_s: float = 3600.0) -> Ids:
        """Remove versions that nobody keeps and what dead writers left; return the ids removed.

        Parameters
        ----------
        keep : set of str
            Ids to which the journal points, and their priors.
        grace_s : float
            Spare folders changed within the last so many seconds: their writer may not have noted them yet.
        """
        before = time.time() - grace_s
        gone = [key for key in self.list() if key not in keep]
        left = [self.root / key for key in gone] + list(self.root.glob(f"{_ASIDE}*"))
        old = [folder for folder in left if folder.stat().st_mtime <= before]
        for folder in old:
            shutil.rmtree(folder, ignore_errors=True)
        return sorted(folder.name for folder in old if _ID.fullmatch(folder.name))

    def _folder(self, key: str) -> Path:
        if not _ID.fullmatch(key):
            raise StoreDamaged(f"{key[:60]!r} is no id of a model - ids are 32 hex digits", "damaged")
        return self.root / key

    def _build(self, key: str, data: Mapping[str, bytes], index: bytes) -> None:
        make_folder(self.root)
        aside = self.root / f"{_ASIDE}{os.getpid()}-{uuid.uuid4().hex[:8]}"
        aside.mkdir(mode=0o750)
        try:
            for name, content in {**data, _MANIFEST: index}.items():
                write_durably(aside / name, content)
            final = self.root / key
            if final.exists() and not self.exists(key):
                shutil.rmtree(final)
            aside.rename(final)
        except OSError:
            shutil.rmtree(aside, ignore_errors=True)
            if not self.exists(key):  # another writer of the same content may have been first
                raise
        sync(self.root)


def _index(data: Mapping[str, bytes], manifest: Mapping[str, Any]) -> bytes:
    wrong = [name for name in data if not _FILE.fullmatch(name) or name == _MANIFEST]
    if wrong:
        raise StoreError(f"a model's file cannot be called {wrong[0]!r} - use letters, digits, dot, dash, underscore")
    index = {"files": {name: _sha(data[name]) for name in sorted(data)}, "manifest": dict(manifest)}
    try:
        return json.dumps(index, sort_keys=True, indent=1, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise StoreError(f"the manifest of a model cannot be written as JSON: {error}") from None


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _digest(index: bytes) -> str:
    return _sha(index)[:32]
