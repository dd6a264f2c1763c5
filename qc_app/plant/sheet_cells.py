"""One cell of a sheet of stages: what its text means, and how a value is written so that it comes back equal."""

from __future__ import annotations

import math
import tomllib
from typing import Any

from qc_app.errors import PlantError
from qc_app.plant.render import written

#: A cell that takes a value away; an empty cell leaves it as it is.
NOTHING = "-"
_LITERAL = ('"', "[", "{")
_FORMULA = ("=", "+", "-", "@")
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def value_of(text: str, wanted: type | None, *, comma: bool = False) -> Any:
    """Return what a cell says.

    Parameters
    ----------
    text : str
        The cell, not empty.
    wanted : type or None
        str, int, float, bool or list; None: whatever it looks like (a number, true or false, else text).
    comma : bool
        Whether numbers may have a decimal comma.

    Raises
    ------
    PlantError
        If it is not what is wanted; the message lacks its place.

    Examples
    --------
    >>> value_of("1,5", float, comma=True), value_of("a | b", list), value_of("007", None), value_of('"7"', None)
    (1.5, ['a', 'b'], '007', '7')
    """
    plain = text[1:] if text.startswith("'") and text[1:2] in _FORMULA else text
    if plain.startswith(_LITERAL) and (found := _literal(plain)) is not None:
        return found
    if wanted is str:
        return plain
    if wanted is list:
        return [part.strip() for part in plain.split("|") if part.strip()]
    if wanted is bool:
        return _truth(plain)
    if wanted is None:
        return _guessed(plain)
    number = _number(plain, comma=comma)
    if number is None or (wanted is int and not isinstance(number, int)):
        words = "a whole number" if wanted is int else "a number"
        raise PlantError(f"{plain!r} is not {words} - correct the cell, or leave it empty")
    return number


def cell_of(value: Any, wanted: type | None) -> str:
    """Return the text that `value_of` reads as `value`; empty if no text does.

    Examples
    --------
    >>> cell_of(1.5, float), cell_of(["a", "b"], list), cell_of("7", None), cell_of("=x", str)
    ('1.5', 'a|b', '"7"', "'=x")
    """
    plain = "|".join(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else _plainly(value)
    guarded = f"'{plain}" if plain.startswith(_FORMULA) and _number(plain, comma=False) is None else plain
    for text in (guarded, written(value)):
        if _means(text, wanted, value):
            return text
    return ""


def _plainly(value: Any) -> str:
    return value if isinstance(value, str) else written(value)


def _means(text: str, wanted: type | None, value: Any) -> bool:
    """Tell whether a cell with `text` comes back as `value`, type and all."""
    if not text or text != text.strip() or text == NOTHING or "\n" in text or "\r" in text:
        return False
    try:
        found = value_of(text, wanted)
    except PlantError:
        return False
    return type(found) is type(value) and found == value


def _literal(text: str) -> Any:
    try:
        return tomllib.loads(f"x = {text}")["x"]
    except (tomllib.TOMLDecodeError, KeyError):
        return None


def _truth(text: str) -> bool:
    found = _TRUTH.get(text.casefold())
    if found is None:
        raise PlantError(f"{text!r} is neither true nor false - write one of the two")
    return found


def _guessed(text: str) -> Any:
    if text in {"true", "false"}:
        return text == "true"
    number = _number(text, comma=False)
    return text if number is None or written(number) != text else number


def _number(text: str, *, comma: bool) -> int | float | None:
    if not text.isascii() or "_" in text:
        return None
    plain = text.replace(",", ".") if comma and "." not in text else text
    for kind in (int, float):
        try:
            found = kind(plain)
        except ValueError:
            continue
        return found if math.isfinite(found) else None
    return None
