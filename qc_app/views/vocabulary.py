"""Words for what is kept as a code: roles, tiers, states; an unknown code is shown as it is."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from qc_app.language import foreign, later, tr

_ROLES = MappingProxyType(
    {
        "viewer": later("viewer"),
        "operator": later("operator"),
        "engineer": later("engineer"),
        "approver": later("approver"),
        "administrator": later("administrator"),
    }
)
_TIERS = MappingProxyType(
    {
        "champion": later("champion"),
        "previous": later("previous"),
        "baseline": later("baseline"),
        "none": later("none"),
    }
)
_DRIFTS = MappingProxyType({"drift": later("drift"), "none": later("none"), "unknown": later("unknown")})


def role_word(role: str) -> str:
    """Return what a role is called.

    Examples
    --------
    >>> role_word("engineer"), role_word("owner")
    ('engineer', 'owner')
    """
    return _word(_ROLES, role)


def tier_word(tier: str) -> str:
    """Return what answers a unit is called: the champion, the model before it, the stage's level, nothing."""
    return _word(_TIERS, tier)


def drift_word(verdict: str) -> str:
    """Return a verdict on drift in a word."""
    return _word(_DRIFTS, verdict)


def tiers(column: str = "tier") -> pl.Expr:
    """Return a column of tiers in words."""
    return _words(column, _TIERS)


def drifts(column: str = "drift") -> pl.Expr:
    """Return a column of verdicts on drift in words."""
    return _words(column, _DRIFTS)


def _word(words: Mapping[str, str], code: str) -> str:
    return tr(words[code]) if code in words else code


def _words(column: str, words: Mapping[str, str]) -> pl.Expr:
    return pl.col(column).replace({code: tr(word) for code, word in words.items()}).alias(column)


def foreigns(*columns: str) -> list[pl.Expr]:
    """Return columns of sentences that were written down in English, marked where they are shown in another language.

    Examples
    --------
    >>> pl.DataFrame({"sentence": ["promoted", ""]}).with_columns(foreigns("sentence"))["sentence"].to_list()
    ['promoted', '']
    """
    return [pl.col(column).map_elements(foreign, return_dtype=pl.String) for column in columns]
