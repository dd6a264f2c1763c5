"""Sentences of packages that know no language: told again by their templates, in the language of now.

What models say of a chart or a drift is made of numbers, names and words in a fixed order. A template has the order,
the translators have the template, and the numbers and names are read back out of the English sentence.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence

from qc_app.language.numerals import figures_of, per_cent_sign
from qc_app.language.speech import ENGLISH, spoken
from qc_app.language.times import day_of
from qc_app.language.words import foreign, tr

_NUMBER = re.compile(r"(?P<number>[+\-−]?\d[\d,]*(\.\d+)?(e[+\-]\d+)?)(?P<sign> ?%)?")
_MEASURE = re.compile(r"(?P<number>[+\-−]?\d[\d,]*(\.\d+)?) (?P<unit>[^\W\d]\S{0,11})")
_MOMENT = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)(?P<rest> \d\d:\d\d( [+\-]\d\d:\d\d)?)?")


class Phrases:
    """Templates of sentences, with ``{name}`` where a number, a name or another of the sentences stands.

    Parameters
    ----------
    templates : iterable of str
        English, each marked by `later` where it is written; the first that fits a sentence is taken, so the longer
        stand before those they contain.
    parts : iterable of str
        Templates of what stands in fields alone and is no sentence.

    Examples
    --------
    >>> from qc_app.language.speech import speaking
    >>> known = Phrases(["{age} ago"])
    >>> known.retold("0.5 h ago")
    '0.5 h ago'
    >>> with speaking("de"):
    ...     known.retold("0.5 ago"), known.retold("never said")
    ('vor 0,5', 'never said (en)')
    """

    def __init__(self, templates: Iterable[str], parts: Iterable[str] = ()) -> None:
        self._known = [(_pattern(template), template) for template in templates]
        self._parts = [(_pattern(template), template) for template in parts]

    def retold(self, sentence: str) -> str:
        """Return a sentence in the language of now; one that no template fits stays English, visibly."""
        if not sentence or spoken() == ENGLISH:
            return sentence
        return self._told(sentence, self._known) or foreign(sentence)

    def word(self, text: str) -> str:
        """Return a field in the language of now: a number, a sentence of its own, or a name as it is."""
        if found := _NUMBER.fullmatch(text):
            return figures_of(found["number"]) + (per_cent_sign() if found["sign"] else "")
        if found := _MOMENT.fullmatch(text):
            return day_of(found["day"]) + (found["rest"] or "")
        if spoken() == ENGLISH:
            return text
        if told := self._told(text, [*self._known, *self._parts]):
            return told
        found = _MEASURE.fullmatch(text)
        return f"{figures_of(found['number'])} {found['unit']}" if found else text

    def _told(self, sentence: str, known: Sequence[tuple[re.Pattern[str], str]]) -> str:
        for pattern, template in known:
            if found := pattern.fullmatch(sentence):
                return tr(template, **{name: self.word(told) for name, told in found.groupdict().items()})
        return ""


def _pattern(template: str) -> re.Pattern[str]:
    parts = []
    for text, name, _form, _how in string.Formatter().parse(template):
        parts.append(re.escape(text))
        if name is not None:
            parts.append(f"(?P<{name}>.+?)")
    return re.compile("".join(parts), re.DOTALL)
