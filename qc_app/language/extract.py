"""What there is to translate: every text of the source that goes through `tr`, `ntr` or `later`, and where."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog

from data_connectors import kinds
from data_connectors.offered import offered
from qc_app.language.catalogues import areas

SOURCE = Path(__file__).resolve().parents[1]
#: Name of the call -> how many of its first arguments are texts.
KEYWORDS = {"tr": 1, "ntr": 2, "later": 1}
#: The call whose texts are all read by people, as they stand: consequence and steps of an alarm.
PLAN = "Rule"
#: Where the meaning of a source's settings is shown, which their own option classes declare.
FORMS = "views/onboard/asked.py"
#: Files that belong to no page of their own.
_COMMON = "common"
Message = str | tuple[str, ...]


@functools.lru_cache(maxsize=1)
def found() -> dict[Message, list[str]]:
    """Return every text with the files in which it stands, as ``dashboard/overview/page.py``.

    Read off the syntax trees: Babel's own extractor does not see calls inside of f-strings. What the settings of a
    source mean is written beside them, in packages that know no language, and asked of these.
    """
    texts: dict[Message, list[str]] = {text: [FORMS] for kind in kinds() for text in declared(kind)}
    for file in sorted(SOURCE.rglob("*.py")):
        place = file.relative_to(SOURCE).as_posix()
        if place.startswith("language/"):
            continue
        for message in _messages(ast.parse(file.read_text(encoding="utf-8"))):
            places = texts.setdefault(message, [])
            if place not in places:
                places.append(place)
    return texts


def declared(kind: str) -> list[str]:
    """Return what the settings of a kind of source mean, as a form shows it.

    Examples
    --------
    >>> declared("modbus")[0]
    'Name or address of the device.'
    """
    return [setting.text for setting in offered(kind) if setting.text]


def _messages(tree: ast.AST) -> Iterator[Message]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id == PLAN:
            yield from _plan(node)
        if node.func.id not in KEYWORDS:
            continue
        told = [str(w.value) for w in node.args[: KEYWORDS[node.func.id]] if isinstance(w, ast.Constant)]
        if len(told) == KEYWORDS[node.func.id]:
            yield told[0] if len(told) == 1 else tuple(told)


def _plan(rule: ast.Call) -> Iterator[str]:
    texts = [part.value for word in rule.args for part in ast.walk(word) if isinstance(part, ast.Constant)]
    yield from (text for text in texts if isinstance(text, str) and " " in text)


def area_of(file: str) -> str:
    """Return the area to which the texts of a source file belong, which is the name of their catalogue.

    Examples
    --------
    >>> area_of("dashboard/spc/page.py"), area_of("views/wall.py"), area_of("dashboard/charts/axes.py")
    ('spc', 'wall', 'charts')
    >>> area_of("dashboard/session.py")
    'common'
    """
    parts = Path(file).parts
    if parts[0] in {"dashboard", "views"}:
        room = parts[1].removesuffix(".py")
        return _COMMON if room in _SHARED else _DRAWN.get(room, room)
    return {"handover": "handover", "alarming": "alarms"}.get(parts[0], _COMMON)


_DRAWN = {"pictures": "charts"}
_SHARED = frozenset(
    {
        "app",
        "session",
        "sidebar",
        "markup",
        "tables",
        "headings",
        "export",
        "theme",
        "figures",
        "moments",
        "scheduling",
        "vocabulary",
    }
)


def missing(code: str) -> dict[str, list[Message]]:
    """Return the texts without a translation by the area of the first file that has them."""
    known = translated(code)
    gaps: dict[str, list[Message]] = {}
    for message, files in found().items():
        if message not in known:
            gaps.setdefault(area_of(files[0]), []).append(message)
    return gaps


def translated(code: str) -> dict[Message, Message]:
    """Return what the catalogues of a language have, of all areas."""
    return dict(
        pair for catalogue in areas(code).values() for pair in texts_of(catalogue) if complete(catalogue, pair[1])
    )


def texts_of(catalogue: Catalog) -> list[tuple[Message, Message]]:
    """Return what one catalogue has: text and translation, of plurals all forms."""
    return [(_fixed(m.id), _fixed(m.string or "")) for m in catalogue if m.id]


def complete(catalogue: Catalog, told: Message) -> bool:
    """Return whether a translation is there, of a plural in all its forms."""
    return bool(told) if isinstance(told, str) else len(told) == catalogue.num_plurals and all(told)


def _fixed(told: str | tuple[str, ...] | list[str]) -> Message:
    return told if isinstance(told, str) else tuple(told)
