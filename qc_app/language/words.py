"""Texts: the English sentence in the code is the message; what no catalogue has is shown in English, visibly."""

from __future__ import annotations

import functools
import gettext
from collections.abc import Mapping

from qc_app.language.catalogues import translations
from qc_app.language.numerals import count
from qc_app.language.speech import ENGLISH, spoken

MARK = " (en)"


def tr(text: str, /, **fields: object) -> str:
    """Return a text in the language of now, with its named fields filled in.

    Parameters
    ----------
    text : str
        English, literal where it is called (it is what translators get), with ``{name}`` for each field.
    **fields : object
        A whole number is written as the language writes it; any other number comes as text.

    Examples
    --------
    >>> tr("{done} of {all} are normal", done=3, all=1200)
    '3 of 1,200 are normal'
    """
    speech = spoken()
    return _filled(text if speech == ENGLISH else _catalogue(speech).gettext(text), fields)


def ntr(one: str, many: str, n: int, /, **fields: object) -> str:
    """Return a text that depends on a number, by the plural rule of the language; the number is the field ``{n}``.

    Examples
    --------
    >>> ntr("{n} open alarm", "{n} open alarms", 1), ntr("{n} open alarm", "{n} open alarms", 2)
    ('1 open alarm', '2 open alarms')
    """
    speech = spoken()
    english = one if n == 1 else many
    text = english if speech == ENGLISH else _catalogue(speech).ngettext(one, many, n)
    return _filled(text, {"n": n, **fields})


def later(text: str) -> str:
    """Mark a text for the translators where no language is spoken yet (a constant); `tr` shows it, when it is shown.

    Examples
    --------
    >>> later("Normal")
    'Normal'
    """
    return text


def foreign(sentence: str) -> str:
    """Return a sentence that was written down in English (an alarm, a decision, a note of a run), marked elsewhere.

    Examples
    --------
    >>> from qc_app.language.speech import speaking
    >>> with speaking("de"):
    ...     foreign("roll_force moved first"), foreign("")
    ('roll_force moved first (en)', '')
    """
    if not sentence or spoken() == ENGLISH or is_foreign(sentence):
        return sentence
    return sentence + MARK


def known(text: str) -> str:
    """Return a text translated if a catalogue has it, else as it is: a plan may be the program's or the plant's own.

    Examples
    --------
    >>> from qc_app.language.speech import speaking
    >>> with speaking("de"):
    ...     known("Check its sensor"), known("Meister rufen")
    ('Den Sensor prüfen', 'Meister rufen')
    """
    if not text or spoken() == ENGLISH:
        return text
    told = tr(text)
    return text if told == text + MARK else told


def is_foreign(text: str) -> bool:
    """Return whether a text says of itself that it stayed English.

    Examples
    --------
    >>> is_foreign("moved first (en)"), is_foreign("moved first")
    (True, False)
    """
    return text.endswith(MARK)


class Untranslated(gettext.NullTranslations):
    """Asked last: what no catalogue has stays English, and shows it."""

    def gettext(self, message: str) -> str:
        """Return the English text with its mark."""
        return foreign(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the English text for `n` with its mark."""
        return foreign(msgid1 if n == 1 else msgid2)


@functools.lru_cache(maxsize=8)
def _catalogue(code: str) -> gettext.NullTranslations:
    found = translations(code)
    found.add_fallback(Untranslated())
    return found


def _filled(text: str, fields: Mapping[str, object]) -> str:
    if not fields:
        return text
    told = {name: count(value) if type(value) is int else value for name, value in fields.items()}
    return text.format_map(told)
