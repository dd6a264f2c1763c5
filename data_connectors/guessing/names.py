"""What a heading says besides the name: the unit in brackets; and a name that is easy to type."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from data_connectors.rows.units import unknown
from data_connectors.schema import RESERVED

_BRACKETS = re.compile(r"^(?P<name>.+?)[\s_]*[\[({<](?P<unit>[^\])}>]+)[\])}>]\s*$")
_SIGNS = {"°": "deg", "º": "deg", "²": "^2", "³": "^3", "µ": "u", "μ": "u", "·": "*", "%": "percent"}
_SAID = {"U/min": "rpm", "1/min": "rpm", "Grad C": "degC", "C": "degC", "F": "degF", "h": "hour", "s": "s", "sec": "s"}


def guess_unit(heading: str) -> tuple[str, str]:
    """Return the heading without its unit, and the unit in the spelling that can be converted, if it is one.

    Examples
    --------
    >>> guess_unit("Ofen Temp. [°C]"), guess_unit("CO (mg/m³)"), guess_unit("Ra")
    (('Ofen Temp.', 'degC'), ('CO', 'mg/m^3'), ('Ra', ''))
    """
    found = _BRACKETS.match(heading.strip())
    if found is None:
        return heading.strip(), ""
    said = found["unit"].strip()
    unit = _SAID.get(said, "".join(_SIGNS.get(sign, sign) for sign in said))
    if unknown(unit):
        return (found["name"], said) if len(said) <= 12 else (heading.strip(), "")
    return found["name"], unit


def plain_name(text: str, taken: Container[str] = ()) -> str:
    """Return a name of letters, digits and low lines that is not in use yet.

    Examples
    --------
    >>> plain_name("Ofen Temp."), plain_name("温度 1"), plain_name("time"), plain_name("stage"), plain_name("a", {"a"})
    ('ofen_temp', '温度_1', 'time', 'stage_value', 'a_2')
    """
    clean = re.sub(r"\W+", "_", unicodedata.normalize("NFC", text)).strip("_").lower()[:60] or "column"
    clean = f"{clean}_value" if clean in RESERVED else clean
    name, n = clean, 1
    while name in taken:
        n += 1
        name = f"{clean}_{n}"
    return name
