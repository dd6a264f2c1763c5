"""Which language a run speaks: set once where a person comes in, read wherever a text is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

#: Code -> the language's name in itself, which is how somebody finds it who reads no other.
LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "de": "Deutsch", "zh": "中文", "es": "Español"})
ENGLISH = "en"

_SPOKEN: ContextVar[str] = ContextVar("qc_language", default=ENGLISH)


def spoken() -> str:
    """Return the code of the language that is spoken now; English where nobody chose: jobs, commands, the API."""
    return _SPOKEN.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language for a while, in this thread and task alone; an unknown code means English.

    Examples
    --------
    >>> with speaking("de"):
    ...     spoken()
    'de'
    >>> spoken()
    'en'
    """
    before = _SPOKEN.set(code if code in LANGUAGES else ENGLISH)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def bound(make: Callable[P, T]) -> Callable[P, T]:
    """Return `make` so that it speaks the language of now whenever and on whichever thread it is called.

    A file that is made when somebody asks for it, and the word for an option, may be made outside of the run that
    offered them.

    Examples
    --------
    >>> with speaking("es"):
    ...     later = bound(spoken)
    >>> later()
    'es'
    """
    code = spoken()

    def made(*args: P.args, **kwargs: P.kwargs) -> T:
        with speaking(code):
            return make(*args, **kwargs)

    return made


def nearest_language(told: str | None) -> str:
    """Return the first of the four languages that a browser asks for, an empty string if it asks for none of them.

    Parameters
    ----------
    told : str or None
        One tag (``de-AT``), or an ``Accept-Language`` header with weights (RFC 9110, 12.5.4).

    Examples
    --------
    >>> nearest_language("de-AT"), nearest_language("fr, es;q=0.5, zh-CN;q=0.8"), nearest_language("fr")
    ('de', 'zh', '')
    """
    wishes = [_wish(part, place) for place, part in enumerate((told or "")[:500].split(","))]
    known = sorted((-weight, place, code) for weight, place, code in wishes if code in LANGUAGES and weight > 0)
    return known[0][2] if known else ""


def _wish(part: str, place: int) -> tuple[float, int, str]:
    """Return weight, place and primary language of one wish."""
    tag, _, weight = part.partition(";")
    try:
        worth = float(weight.strip().removeprefix("q=") or 1.0)
    except ValueError:
        worth = 0.0
    return worth, place, tag.strip().replace("_", "-").split("-")[0].lower()
