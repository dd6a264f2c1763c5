"""Numbers as a language writes them: its decimal sign and its grouping, by CLDR; a true minus sign everywhere."""

from __future__ import annotations

import functools
import math
import re

from qc_app.language.speech import ENGLISH, spoken

#: CLDR's least number of digits before a group (``minimumGroupingDigits``) is 2 in Spanish: 1234, but 12.345.
_MINUS = re.compile(r"(?<![\w\-.])-(?=\d)")
_PER_CENT = re.compile(r"(?<=\d)%")
_GROUPS_FROM = {"es": 10_000}
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, places: int = 0, *, grouped: bool = False) -> str:
    """Return a number with so many decimals.

    Parameters
    ----------
    value : float
        Finite.
    places : int
    grouped : bool
        Whether thousands are set apart: counts are, readings of a characteristic are not.

    Examples
    --------
    >>> from qc_app.language.speech import speaking
    >>> with speaking("de"):
    ...     number(-1234.5, 2), number(1234.5, 1, grouped=True)
    ('−1234,50', '1.234,5')
    """
    apart = grouped and abs(value) >= _GROUPS_FROM.get(spoken(), 0)
    return figures_of(f"{value:z,.{places}f}" if apart else f"{value:z.{places}f}")


def power_of_ten(value: float, places: int) -> str:
    """Return a number that is too small to write out, rounded to so many decimals all the same.

    Examples
    --------
    >>> power_of_ten(1.332e-7, 9), power_of_ten(-1e-8, 9)
    ('1.33·10⁻⁷', '−1.0·10⁻⁸')
    """
    digits = max(0, places + math.floor(math.log10(abs(value))))
    mantissa, _, power = f"{value:.{digits}e}".partition("e")
    return f"{figures_of(mantissa)}·10{str(int(power)).translate(_RAISED)}"


def count(value: int) -> str:
    """Return a count with its thousands set apart.

    Examples
    --------
    >>> count(12345)
    '12,345'
    """
    return number(value, grouped=True)


def per_cent(share: float, places: int = 0) -> str:
    """Return a share in per cent; the sign stands off the number where the language has it so (and in English here).

    Examples
    --------
    >>> from qc_app.language.speech import speaking
    >>> per_cent(0.42)
    '42 %'
    >>> with speaking("zh"):
    ...     per_cent(0.0123, 1)
    '1.2%'
    """
    return number(100 * share, places) + per_cent_sign()


def figures_of(text: str) -> str:
    """Return a number that is text already (``1,234.5``, ``-2.1e-05``) with the signs of the language.

    Examples
    --------
    >>> from qc_app.language.speech import speaking
    >>> with speaking("es"):
    ...     figures_of("-1,234.5")
    '−1.234,5'
    """
    return text.translate(_signs(spoken()))


def signed(sentence: str) -> str:
    """Return an English sentence with the signs of the pages: a true minus, a space before per cent, an arrow.

    Examples
    --------
    >>> signed("gain -0.2 (90% sure: -0.5 to 0.1), unit A-7 of 2026-03-01")
    'gain −0.2 (90 % sure: −0.5 to 0.1), unit A-7 of 2026-03-01'
    """
    return _PER_CENT.sub(" %", _MINUS.sub("−", sentence)).replace(" -> ", " → ")


def per_cent_sign() -> str:
    """Return what follows a number of hundredths.

    Examples
    --------
    >>> per_cent_sign()
    ' %'
    """
    return _sign(spoken())


@functools.lru_cache(maxsize=8)
def _signs(code: str) -> dict[int, str]:
    if code == ENGLISH:
        return str.maketrans({"-": "−"})
    from babel import Locale

    signs = Locale(code).number_symbols["latn"]
    return str.maketrans({"-": "−", ".": str(signs["decimal"]), ",": str(signs["group"])})


@functools.lru_cache(maxsize=8)
def _sign(code: str) -> str:
    if code == ENGLISH:
        return " %"
    from babel import Locale

    pattern = str(Locale(code).percent_formats[None].pattern)
    return "\N{NO-BREAK SPACE}%" if pattern.endswith("\N{NO-BREAK SPACE}%") else "%"
