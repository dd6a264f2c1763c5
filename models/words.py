"""Numbers as a sentence says them."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return `number` with its noun, in the plural where English wants it.

    Parameters
    ----------
    number : int
    noun : str
        In the singular, with a regular plural.

    Examples
    --------
    >>> counted(1, "label"), counted(0, "label"), counted(24_251, "unit"), counted(2, "entry")
    ('1 label', '0 labels', '24251 units', '2 entries')
    """
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun[:-1]}ies" if noun.endswith("ry") else f"{number} {noun}s"


def percent(share: float) -> str:
    """Return `share` in percent, to three digits.

    Parameters
    ----------
    share : float

    Examples
    --------
    >>> percent(0.01), percent(1 / 401), percent(0.2)
    ('1%', '0.249%', '20%')
    """
    return f"{100 * share:.3g}%"
