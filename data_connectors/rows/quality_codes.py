"""What a source's quality code means: good, uncertain or bad.

OPC UA status codes (Part 4, 7.39): the two highest of 32 bits are 00 good, 01 uncertain, 1x bad. OPC DA qualities
(Data Access 3.00, 6.8): bits 6-7 of the low byte are 11 good (192), 01 uncertain (64), else bad. Zero means Good in the
one and Bad in the other, so it is uncertain until other codes of the same column tell which one the source speaks, or
``quality_codes`` is set to ``"opc_ua"`` or ``"opc_da"``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from data_connectors.base import Quality
from data_connectors.errors import DefinitionError

Family = Literal["auto", "opc_ua", "opc_da"]
FAMILIES: tuple[Family, ...] = ("auto", "opc_ua", "opc_da")

_WORDS: tuple[tuple[str, Quality], ...] = (
    ("good", "good"),
    ("ok", "good"),
    ("true", "good"),
    ("uncertain", "uncertain"),
    ("questionable", "uncertain"),
    ("bad", "bad"),
    ("false", "bad"),
    ("error", "bad"),
)


def _number(code: str) -> int | None:
    text = code.removesuffix(".0")
    try:
        return int(text, 0) & 0xFFFFFFFF if not text.lstrip("+-").startswith("0") or "x" in text else int(text)
    except ValueError:
        return None


def _of_number(number: int, family: Family) -> Quality:
    if family == "opc_ua" or number > 0xFFFF:
        return ("good", "uncertain", "bad", "bad")[number >> 30]
    if family == "auto" and number == 0:
        return "uncertain"
    return ("bad", "uncertain", "bad", "good")[number >> 6 & 3]


def family_named(name: object, where: str) -> Family:
    """Return the declared family, or raise DefinitionError.

    Examples
    --------
    >>> family_named("opc_da", "source 'x'")
    'opc_da'
    """
    for family in FAMILIES:
        if family == name:
            return family
    raise DefinitionError(f"{where}: quality_codes = {name!r} - use one of {', '.join(FAMILIES)}")


def quality_of(code: str | None, family: Family = "auto") -> Quality:
    """Return what one quality code says; one that is absent or not known is uncertain.

    Parameters
    ----------
    code : str or None
        A word ("Good", "BadSensorFailure"), or a number in decimal or 0x notation.
    family : {"auto", "opc_ua", "opc_da"}
        Whose numbers they are.

    Examples
    --------
    >>> [quality_of(c) for c in ("Good", "192", "0x80020000", "UncertainLastUsableValue", "64", "", "0")]
    ['good', 'good', 'bad', 'uncertain', 'uncertain', 'uncertain', 'uncertain']
    >>> quality_of("0", "opc_ua"), quality_of("0", "opc_da")
    ('good', 'bad')
    """
    text = (code or "").strip().casefold()
    number = _number(text)
    if number is not None:
        return _of_number(number, family)
    return next((quality for word, quality in _WORDS if text.startswith(word)), "uncertain")


def family_of(codes: Sequence[str | None]) -> Family:
    """Return whose numbers a column's codes are, as far as they tell.

    Examples
    --------
    >>> family_of(["192", "0"]), family_of(["0", "2147483648"]), family_of(["0"])
    ('opc_da', 'opc_ua', 'auto')
    """
    numbers = {_number((c or "").strip().casefold()) for c in codes} - {None, 0}
    if not numbers:
        return "auto"
    return "opc_ua" if any(n is not None and n > 0xFFFF for n in numbers) else "opc_da"
