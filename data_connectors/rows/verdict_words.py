"""Results in words: which texts mean good and which mean bad, where inspection writes no 0 and 1."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from data_connectors.errors import DefinitionError
from data_connectors.schema import Source

#: What cannot be meant otherwise; yes and no can, for they answer "good?" as well as "defect?".
GOOD = frozenset({"ok", "pass", "passed", "good", "conforming", "accept", "accepted", "io", "i.o.", "gut", "bien",
                  "bueno", "conforme", "合格", "良品"})  # fmt: skip
BAD = frozenset({"nok", "nio", "n.i.o.", "ng", "not ok", "fail", "failed", "bad", "nonconforming", "reject", "rejected",
                 "scrap", "schlecht", "ausschuss", "malo", "no conforme", "rechazado", "不合格", "不良"})  # fmt: skip


def judged(text: str) -> float | None:
    """Return 0 for a word that means good, 1 for one that means bad, None for any other.

    Examples
    --------
    >>> judged(" n.i.O. "), judged("Pass"), judged("yes")
    (1.0, 0.0, None)
    """
    word = text.strip().casefold()
    return 1.0 if word in BAD else 0.0 if word in GOOD else None


def bad_words(words: Iterable[str]) -> list[str]:
    """Return those of the words that mean bad.

    Examples
    --------
    >>> bad_words(["OK", "NOK", "?"])
    ['NOK']
    """
    return [word for word in words if judged(word) == 1.0]


def in_numbers(column: pl.Series, source: Source) -> pl.Series:
    """Return a column of results with the words that the source calls good and bad as 0 and 1; others stay.

    Parameters
    ----------
    column : polars.Series
        As delivered.
    source : Source
        With the settings ``good`` and ``bad``: a word, or a list of words. Capitals and blanks around do not count.

    Examples
    --------
    >>> source = Source("lab", "file_folder", "press", "labels", settings={"good": "OK", "bad": ["NOK", "scrap"]})
    >>> in_numbers(pl.Series(["ok", " NOK", "Scrap", "?", None]), source).to_list()
    ['0', '1', '1', '?', None]
    """
    told = dict.fromkeys(_words(source, "good"), "0") | dict.fromkeys(_words(source, "bad"), "1")
    if not told or column.dtype != pl.String:
        return column
    plain = column.str.strip_chars().str.to_lowercase()
    return plain.replace_strict(list(told), list(told.values()), default=column, return_dtype=pl.String)


def require_words(source: Source) -> None:
    """Raise DefinitionError where ``good`` and ``bad`` are no words, or share one."""
    both = sorted(set(_words(source, "good")) & set(_words(source, "bad")))
    if both:
        raise DefinitionError(f"source {source.name!r}: {both[0]!r} is good and bad - leave it in one of them")


def _words(source: Source, key: str) -> list[str]:
    given = source.settings.get(key, [])
    words = [given] if isinstance(given, str) else given
    if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words):
        raise DefinitionError(f'source {source.name!r}: {key} = {given!r} - give words, e.g. {key} = ["OK", "pass"]')
    return [word.strip().lower() for word in words]
