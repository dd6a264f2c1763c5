"""The libraries that a model was made with, for its manifest."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

_NAMES = ("torch", "numpy", "scikit-learn", "polars", "qc-app")


def libraries() -> dict[str, str]:
    """Return the installed versions by name; looked up once a process, since each lookup reads a file of metadata.

    >>> sorted(libraries())
    ['numpy', 'polars', 'qc-app', 'scikit-learn', 'torch']
    """
    return {name: _installed(name) for name in _NAMES}


_installed = cache(version)
