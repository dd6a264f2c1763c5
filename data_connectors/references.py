"""Secrets by reference: ``env:NAME`` or ``file:PATH``; a literal one is refused."""

from __future__ import annotations

import os
from pathlib import Path

from data_connectors.errors import SourceRefused

_MAX_BYTES = 65_536


def is_reference(text: str) -> bool:
    """Tell whether a text refers to a secret rather than being one.

    Examples
    --------
    >>> is_reference("env:QC_PASSWORD"), is_reference("hunter2")
    (True, False)
    """
    return text.startswith(("env:", "file:"))


def resolved(text: str, where: str) -> str:
    """Return what a reference refers to; other text as it is.

    Parameters
    ----------
    text : str
    where : str
        What it is for, for the message; the secret itself never stands in one.

    Raises
    ------
    SourceRefused
        If the variable is not set or the file cannot be read.

    Examples
    --------
    >>> resolved("env:QC_NOT_SET", "source 'lims': password")
    Traceback (most recent call last):
        ...
    data_connectors.errors.SourceRefused: source 'lims': password: environment variable QC_NOT_SET is not set - set it
    """
    kind, _, name = text.partition(":")
    if kind == "env":
        if name not in os.environ:
            raise SourceRefused(f"{where}: environment variable {name} is not set - set it")
        return os.environ[name]
    if kind != "file":
        return text
    try:
        with Path(name).open(encoding="utf-8") as file:
            return file.read(_MAX_BYTES).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceRefused(f"{where}: file {name} cannot be read ({type(error).__name__}) - check it") from error
