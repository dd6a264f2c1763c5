"""Homes that take a second to make: made once a process, and copied for whoever asks."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import wraps
from pathlib import Path

_KEPT: dict[str, Path] = {}


def made_once(make: Callable[[Path], Path]) -> Callable[[Path], Path]:
    """Let `make` work once; its home is copied to each place asked for."""

    @wraps(make)
    def copied(home: Path) -> Path:
        if make.__name__ not in _KEPT:
            folder = Path(tempfile.mkdtemp(prefix="qc-made-once-"))
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            _KEPT[make.__name__] = make(folder / "home")
        return Path(shutil.copytree(_KEPT[make.__name__], home, dirs_exist_ok=True))

    return copied
