"""Why a column was taken for what it is: the sentences of the guess, told again in the language of now."""

from __future__ import annotations

from qc_app.language import Phrases, later

_REASONS = Phrases([
    later("every value is there once"),
    later("nearly every value is there once"),
    later("every value is a moment"),
    later("every value is a moment without a zone"),
    later("every value is like {form}; day first, though month first would be possible too"),
    later("every value is like {form}"),
    later("says how good {column} is"),
    later("{share} of the values are numbers"),
    later("the family has no such parameter"),
])  # fmt: skip


def guessed_because(why: str) -> str:
    """Return a reason of the guess in the language of now.

    Examples
    --------
    >>> from qc_app.language import speaking
    >>> with speaking("de"):
    ...     guessed_because("every value is there once"), guessed_because("told by the server")
    ('jeder Wert kommt nur einmal vor', 'told by the server (en)')
    """
    return _REASONS.retold(why)
