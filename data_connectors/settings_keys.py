"""Settings of a kind: which keys there are, of which type, with which default; an unknown key names its nearest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from data_connectors.errors import DefinitionError
from data_connectors.names import listed, nearest
from data_connectors.rows.verdict_words import require_words
from data_connectors.schema import Source

T = TypeVar("T", bool, int, float, str)

#: Keys that every kind takes: how times, quality codes and results in words are to be read (see `times`,
#: `quality_codes` and `verdict_words`).
READING_KEYS = ("time_format", "ambiguous", "nonexistent", "quality_codes", "server_time_column", "max_skew_s",
                "time_fallback", "good", "bad")  # fmt: skip


def require_known(source: Source, keys: Mapping[str, object]) -> None:
    """Raise DefinitionError where `source` has a setting that its kind does not know, or words that contradict.

    Parameters
    ----------
    source : Source
    keys : mapping of str to object
        The kind's own settings and their defaults.

    Examples
    --------
    >>> require_known(Source("f", "file_folder", "s", settings={"patern": "*.csv"}), {"pattern": "*"})
    Traceback (most recent call last):
        ...
    data_connectors.errors.DefinitionError: source 'f': file_folder has no setting 'patern' - did you mean 'pattern'?
    """
    known = [*keys, *READING_KEYS]
    for key in source.settings:
        if key not in known:
            near = nearest(key, known)
            hint = f"did you mean {near!r}?" if near else f"it has: {listed(known)}"
            raise DefinitionError(f"source {source.name!r}: {source.kind} has no setting {key!r} - {hint}")
    require_words(source)


def setting(source: Source, key: str, default: T) -> T:
    """Return a setting of `source` in the type of `default`, or `default` where it is not given.

    Raises
    ------
    DefinitionError
        If what is given has another type.

    Examples
    --------
    >>> setting(Source("f", "file_folder", "s", settings={"settle_s": 2}), "settle_s", 10.0)
    2.0
    """
    given: Any = source.settings.get(key, default)
    if isinstance(default, float) and type(given) is int:
        given = float(given)
    if type(given) is not type(default):
        wanted = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}[type(default)]
        raise DefinitionError(f"source {source.name!r}: {key} = {given!r} - give {wanted}, e.g. {default!r}")
    return given
