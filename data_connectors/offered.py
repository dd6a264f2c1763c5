"""Which settings a kind of source has: read off its option classes, for forms that ask a person."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any

from data_connectors.catalog import connector_class
from data_connectors.errors import DefinitionError

#: Asked of everybody besides what a kind needs: how one signs in, and where rows stand.
_ASKED = ("table", "auth", "security", "tls", "user", "username", "password", "token", "records")
_SECRET = ("password", "token")
#: Not to be set in a form: what lets secrets pass, and what follows from what the columns are used for.
_LEFT_OUT = ("allow_plain", "decimal", "rows", "lateness_s")
_ENTRY = re.compile(r"^(?P<names>\w+(?:, \w+)*) : (?P<type>.+)$")
_ROLE = re.compile(r":\w+:`~?(?:[\w.]+\.)?(\w+)`")


@dataclass(frozen=True, slots=True)
class Offered:
    """One setting of a kind.

    Parameters
    ----------
    key : str
        As the plant definition writes it.
    default : bool, int, float, str or tuple
        Its type is that of what may be given.
    text : str
        What it means.
    needed : bool
        Nothing works without it.
    asked : bool
        Most people have to set it.
    """

    key: str
    default: Any
    text: str = ""
    needed: bool = False
    asked: bool = False

    @property
    def secret(self) -> bool:
        """Whether it is a reference to a secret."""
        return self.key in _SECRET


def offered(kind: str) -> list[Offered]:
    """Return the settings of a kind, those that are needed first.

    Raises
    ------
    DefinitionError, SourceRefused
        As `connector_class`.

    Examples
    --------
    >>> [s.key for s in offered("modbus") if s.needed or s.asked]
    ['host', 'tls']
    >>> next(s.text for s in offered("modbus") if s.key == "every_s")
    'Seconds between two readings.'
    """
    found: dict[str, Offered] = {}
    for options in getattr(connector_class(kind), "options", ()):
        texts = _texts(options)
        for one in fields(options):
            if one.name not in _LEFT_OUT and one.name not in found:
                found[one.name] = _offered(one, texts.get(one.name, ""))
    order = {key: n for n, key in enumerate(_ASKED)}
    return sorted(found.values(), key=lambda s: (not s.needed, not s.asked, order.get(s.key, 0)))


def _offered(one: Field[Any], text: str) -> Offered:
    needed = one.default is MISSING
    default: Any = (() if str(one.type).startswith("tuple") else "") if needed else one.default
    return Offered(one.name, default, text, needed=needed, asked=not needed and one.name in _ASKED)


def _texts(options: type) -> dict[str, str]:
    """Return what the docstring of an option class says of each setting, as one line."""
    said: dict[str, list[str]] = {}
    names: list[str] = []
    for line in _parameters(options):
        entry = _ENTRY.match(line)
        if entry:
            names = entry["names"].split(", ")
            choices = entry["type"].strip("{}") if entry["type"].startswith("{") else ""
            said |= {name: [f"One of {choices}."] if choices else [] for name in names}
        else:
            for name in names:
                said[name].append(line.strip())
    return {name: _ROLE.sub(r"\1", " ".join(lines)).replace("`", "") for name, lines in said.items()}


def _parameters(options: type) -> Iterator[str]:
    lines = inspect.cleandoc(options.__doc__ or "").splitlines()
    at = lines.index("Parameters") + 2 if "Parameters" in lines else len(lines)
    for n, line in enumerate(lines[at:], at):
        if n + 1 < len(lines) and lines[n + 1].startswith("---"):
            return
        if line.strip():
            yield line


def given(kind: str, key: str, text: str) -> bool | int | float | str | list[str]:
    """Return a setting that a person typed, in its type.

    Raises
    ------
    DefinitionError
        If there is no such setting, or it has another type.

    Examples
    --------
    >>> given("modbus", "port", "1502"), given("mqtt", "topics", "a/#, b/+")
    (1502, ['a/#', 'b/+'])
    >>> given("modbus", "port", "http")
    Traceback (most recent call last):
        ...
    data_connectors.errors.DefinitionError: port = 'http' - give a whole number, e.g. 0
    """
    default = next((s.default for s in offered(kind) if s.key == key), None)
    text = text.strip()
    if isinstance(default, bool):
        if text.casefold() not in {"true", "false"}:
            raise DefinitionError(f"{key} = {text!r} - give true or false")
        return text.casefold() == "true"
    if isinstance(default, int | float):
        try:
            return type(default)(text)
        except ValueError:
            wanted = "a whole number" if isinstance(default, int) else "a number"
            raise DefinitionError(f"{key} = {text!r} - give {wanted}, e.g. {default!r}") from None
    if isinstance(default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    if default is None:
        raise DefinitionError(f"a source of kind {kind!r} has no setting {key!r} - leave it out")
    return text
