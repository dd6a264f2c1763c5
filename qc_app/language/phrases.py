"""Sentences of packages that know no language: told again by their templates, in the language of now.

What models say of a chart or a drift is made of numbers, names and words in a fixed order. A template has the order,
the translators have the template, and the numbers and names are read back out of the English sentence.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qc_app.language.numerals import figures_of, per_cent_sign
from qc_app.language.speech import ENGLISH, spoken
from qc_app.language.times import day_of
from qc_app.language.words import foreign, tr

_NUMBER = re.compile(r"(?P<number>[+\-−]?\d[\d,]*(\.\d+)?(e[+\-]\d+)?)(?P<sign> ?%)?")
_MEASURE = re.compile(r"(?P<number>[+\-−]?\d[\d,]*(\.\d+)?) (?P<unit>(?:1/)?[^\W\d]\S{0,11})")
_MOMENT = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)(?P<rest> \d\d:\d\d( [+\-]\d\d:\d\d)?)?")
#: Fields that hold whole numbers; all others may hold anything.
_COUNTED = frozenset({"n", "m", "k", "count"})
#: Fields that hold one name, in which no colon stands.
_NAMES = frozenset({"name", "subject", "file", "place"})
#: Fields whose text is somebody's own, though it may read like one of ours ("shift 3.csv").
_OWN = frozenset({"file", "place", "unit", "who", "folder", "path"})
_BETWEEN = re.compile(r", | and ")
#: So many sentences in a row are looked at; more are a list that nobody reads.
_MOST_JOINED = 40


@dataclass(frozen=True, slots=True)
class _Template:
    """A template, the pattern that reads its sentences, and its longest fixed words, which are looked for first."""

    text: str
    pattern: re.Pattern[str]
    core: str

    @classmethod
    def of(cls, text: str) -> _Template:
        parts = [(fixed, name) for fixed, name, _form, _how in string.Formatter().parse(text)]
        told = (re.escape(fixed) + ("" if name is None else _group(name)) for fixed, name in parts)
        return cls(text, re.compile("".join(told), re.DOTALL), max((fixed for fixed, _ in parts), key=len))

    @property
    def fixed(self) -> int:
        """How much of it is not told by a field: the more, the less by chance a sentence fits."""
        return len(re.sub(r"\{\w+\}", "", self.text))


def _group(name: str) -> str:
    return f"(?P<{name}>{r'[+-]?[0-9][0-9.,]*' if name in _COUNTED else '.+?'})"


class Phrases:
    """Templates of sentences, with ``{name}`` where a number, a name or another of the sentences stands.

    What a field holds is said by its name: ``told`` (or one that begins so) is a sentence that is known here, else the
    template does not fit; ``said`` is a sentence that may be anybody's, and stays English with its mark where it is;
    ``names`` are several, "a, b and c"; ``name``, ``subject``, ``file`` and ``place`` are one, without a colon; the
    last two, ``unit``, ``who``, ``folder`` and ``path`` are never taken for a sentence; ``n``, ``m``, ``k`` and
    ``count`` are whole numbers. Every other field is a number, a name, or one of the sentences or parts.

    Parameters
    ----------
    templates : iterable of str
        English, each marked by `later` where it is written; of those that fit a sentence, the one with the most
        fixed words is taken.
    parts : iterable of str
        Templates of what stands in fields alone and is no sentence.
    joint : str
        What stands between sentences that are told one by one.

    Examples
    --------
    >>> from qc_app.language.speech import speaking
    >>> known = Phrases(["{age} ago"])
    >>> known.retold("0.5 h ago")
    '0.5 h ago'
    >>> with speaking("de"):
    ...     known.retold("0.5 ago"), known.retold("0.5 ago; 2 ago"), known.retold("never said")
    ('vor 0,5', 'vor 0,5; vor 2', 'never said (en)')
    """

    def __init__(self, templates: Iterable[str], parts: Iterable[str] = (), joint: str = "; ") -> None:
        self._joint = joint
        self._known = sorted(map(_Template.of, dict.fromkeys(templates)), key=lambda one: -one.fixed)
        parted = map(_Template.of, dict.fromkeys(parts))
        self._all = sorted([*self._known, *parted], key=lambda one: -one.fixed)
        self._fixed = frozenset(one.text for one in self._all if "{" not in one.text)

    def retold(self, sentence: str) -> str:
        """Return a sentence in the language of now; one that no template fits stays English, visibly."""
        if not sentence or spoken() == ENGLISH:
            return sentence
        return self._sentences(sentence) or self._fitted(sentence, self._known, loose=True) or foreign(sentence)

    def word(self, text: str) -> str:
        """Return a field in the language of now: a number, a sentence of its own, or a name as it is."""
        if found := _NUMBER.fullmatch(text):
            return figures_of(found["number"]) + (per_cent_sign() if found["sign"] else "")
        if found := _MOMENT.fullmatch(text):
            return day_of(found["day"]) + (found["rest"] or "")
        if spoken() == ENGLISH:
            return text
        if told := self._fitted(text, self._all):
            return told
        found = _MEASURE.fullmatch(text)
        return f"{figures_of(found['number'])} {found['unit']}" if found else text

    def _sentences(self, text: str) -> str:
        """Tell a sentence, or several that are joined; nothing where one of them is not known."""
        pieces = _apart(text, self._joint)
        return self._one_by_one(pieces) if len(pieces) <= _MOST_JOINED else ""

    def _one_by_one(self, pieces: Sequence[str]) -> str:
        rest = [""] * len(pieces)
        for begin in reversed(range(len(pieces))):
            for end in range(len(pieces), begin, -1):
                follows = rest[end] if end < len(pieces) else ""
                if end < len(pieces) and not follows:
                    continue
                if told := self._fitted(self._joint.join(pieces[begin:end]), self._known):
                    rest[begin] = told + between(self._joint) + follows if follows else told
                    break
        return rest[0]

    def _fitted(self, sentence: str, known: Sequence[_Template], *, loose: bool = False) -> str:
        """Tell a sentence by the first template that fits; `loose`: somebody's own words may hold several sentences."""
        for template in known:
            if template.core not in sentence or not (found := template.pattern.fullmatch(sentence)):
                continue
            told = found.groupdict()
            if any(self._reaches(name, text, loose=loose) for name, text in told.items()):
                continue
            fields = {name: self._field(name, text) for name, text in told.items()}
            if all(fields.values()):
                return tr(template.text, **fields)
        return ""

    def _reaches(self, name: str, text: str, *, loose: bool) -> bool:
        """Whether what a field would hold is more than a name or a number: half a bracket, or a next sentence."""
        if name.startswith(("told", "said")):
            return False
        if name in _NAMES and ": " in text:
            return True
        return not _whole(text) or (not loose and len(_apart(text, self._joint)) > 1)

    def _field(self, name: str, told: str) -> str:
        if name.startswith("told"):
            return self._sentences(told)
        if name.startswith("said"):
            return self.retold(told)
        if name in _OWN:
            return tr(told) if told in self._fixed else told
        return self._listed(told) if name.startswith("names") else self.word(told)

    def _listed(self, names: str) -> str:
        """Return "a, b and c" as the language lists."""
        told = [self.word(name) for name in _BETWEEN.split(names)]
        if " and " not in names:
            return between(", ").join(told)
        from babel.lists import format_list

        return format_list(told, locale=spoken())


def between(joint: str) -> str:
    """Return what stands between sentences or names in the language of now.

    Examples
    --------
    >>> from qc_app.language.speech import speaking
    >>> with speaking("zh"):
    ...     between(", ").join("ab")
    'a，b'
    """
    return {"; ": "；", ", ": "，"}[joint] if spoken() == "zh" else joint


def _whole(text: str) -> bool:
    """Tell whether every bracket that is opened is closed, and the other way round.

    Examples
    --------
    >>> _whole("20 (light tails)"), _whole("20) (light tails")
    (True, False)
    """
    depth = 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            return False
    return depth == 0


def _apart(text: str, joint: str) -> list[str]:
    """Part joined sentences; what stands in brackets stays together.

    Examples
    --------
    >>> _apart("it moved (ks 0.2; light tails); it tells on width", "; ")
    ['it moved (ks 0.2; light tails)', 'it tells on width']
    """
    pieces: list[str] = []
    for piece in text.split(joint):
        if pieces and pieces[-1].count("(") > pieces[-1].count(")"):
            pieces[-1] += joint + piece
        else:
            pieces.append(piece)
    return pieces
