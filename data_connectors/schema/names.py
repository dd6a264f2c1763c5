"""What may be a name, and which names are taken."""

from __future__ import annotations

import unicodedata

from data_connectors.errors import DefinitionError

MAX_NAME = 200
RESERVED = frozenset(
    {"unit_id", "t_event", "t_source", "t_ingest", "source", "quality", "row_hash", "characteristic", "stage"}
)


def checked_name(name: str, what: str) -> str:
    """Return `name` in Unicode NFC, or say why it cannot be a name.

    Parameters
    ----------
    name : str
        The name as the user wrote it.
    what : str
        What it names, for the message ("stage", "parameter", ...).

    Returns
    -------
    str
        The NFC-normalised name.

    Raises
    ------
    DefinitionError
        If it is empty, longer than 200 characters, padded with blanks, or holds control characters.

    Examples
    --------
    >>> checked_name("rolling-2", "stage")
    'rolling-2'
    """
    clean = unicodedata.normalize("NFC", name)
    if not clean or clean != clean.strip():
        raise DefinitionError(f"{what} name {name!r} is empty or padded with blanks - give it a visible name")
    if len(clean) > MAX_NAME:
        raise DefinitionError(f"{what} name {clean[:40]!r}... has {len(clean)} characters - use at most {MAX_NAME}")
    if any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in clean):
        raise DefinitionError(f"{what} name {clean!r} holds invisible control characters - remove them")
    return clean
