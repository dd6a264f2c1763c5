"""Nothing that a page draws is written down in one language: every literal text of pages and views goes through `tr`.

Two nets. The wide one: a literal with words in it, anywhere but in docstrings, errors and names for machines. The
fine one: a single word that is handed to something that draws it. What is no text for people is listed below.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from qc_app.dashboard.door.gate import POLICY
from qc_app.language.extract import KEYWORDS, SOURCE, area_of

#: Areas whose texts nobody has gone through yet; none at the end.
NOT_YET: frozenset[str] = frozenset()
#: Words that are the same in all four: names of formats.
SAME = frozenset({"CSV", "Excel", "PDF", "PNG", "SVG", "QR", "ISO 8601", "CSV (UTF-8)"})
FILES = sorted(f for room in ("dashboard", "views") for f in (SOURCE / room).rglob("*.py") if f.name != "__init__.py")

#: What draws: name of the call -> places of its texts; every one also by the names in `NAMED`.
DRAWS = {
    **dict.fromkeys(("button", "selectbox", "text_input", "text_area", "multiselect", "pills", "toggle"), (0,)),
    **dict.fromkeys(("segmented_control", "popover", "form_submit_button", "file_uploader", "checkbox"), (0,)),
    **dict.fromkeys(("download_button", "number_input", "date_input", "time_input", "slider", "radio"), (0,)),
    **dict.fromkeys(("expander", "write", "caption", "markdown", "metric", "html", "spinner", "status"), (0,)),
    **dict.fromkeys(("TextColumn", "NumberColumn", "DatetimeColumn", "ImageColumn", "DateColumn", "number"), (0,)),
    **dict.fromkeys(("say", "top", "note", "plain", "CheckboxColumn"), (0,)),
    **dict.fromkeys(("heading", "Fact", "head", "chip"), (0, 1)),
    "line": (1, 2, 4),
    "link": (1,),
    "image": (1,),
    "attempt": (1,),
    "pick_one": (1,),
    "form": (0, 1, 4),
    "Field": (1,),
}
NAMED = frozenset({"label", "help", "placeholder", "title", "empty", "note", "done", "below", "words", "text", "help_"})
#: Names for machines: keys, types, formats, columns.
MUTE = frozenset({"key", "type", "icon", "mime", "width", "format", "strokeDash", "axis", "labelExpr", "font", "form"})
#: Calls whose texts are no texts for people.
DEAF = frozenset(
    {
        "parse",
        "col",
        "alias",
        "sub",
        "compile",
        "replace",
        "removeprefix",
        "removesuffix",
        "sort",
        "strftime",
        "ExprRef",
    }
)
DEAF_HOMES = frozenset({"pl", "re"})

_TAG = re.compile(r"<[^>]*>")
_TWO_WORDS = re.compile(r"[A-Za-z]{2,}[,;:.]? +[A-Za-z(]{1,}|[A-Za-z]{2,}[,;:.]? +$|^ +[A-Za-z]{2,}")
_A_WORD = re.compile(r"[A-Za-z]{2,}")
#: A field of a chart's data with its kind, and an expression of the chart language.
_CODE = re.compile(r"\w+:[NQTO]|.*(datum\.|utcFormat\().*")


def shown(node: ast.expr) -> str:
    """Return the literal text in a node, a field as a digit; markup left out."""
    if isinstance(node, ast.Constant):
        return _TAG.sub("", node.value) if isinstance(node.value, str) and not _CODE.fullmatch(node.value) else ""
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "0" for part in node.values)
        text = _TAG.sub("", "".join(map(str, parts)))
        return "" if _CODE.fullmatch(text) else text
    return ""


def literals(tree: ast.AST) -> Iterator[tuple[ast.expr, ast.Call | None, str]]:
    """Yield every literal text that is not spoken for, with the call that gets it and the name of its place."""
    yield from _below(tree, None, "")


def _below(node: ast.AST, call: ast.Call | None, place: str) -> Iterator[tuple[ast.expr, ast.Call | None, str]]:
    if isinstance(node, ast.Constant | ast.JoinedStr):
        yield node, call, place
        return
    if isinstance(node, ast.Raise | ast.Subscript | ast.Compare | ast.arguments | ast.Import | ast.ImportFrom):
        if isinstance(node, ast.Subscript):
            yield from _below(node.value, call, place)
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.Call):
        yield from _of_call(node)
        return
    if isinstance(node, ast.Dict):
        for value in node.values:
            yield from _below(value, call, place or "value")
        return
    inside = isinstance(node, ast.IfExp | ast.BinOp | ast.BoolOp | ast.Starred | ast.FormattedValue)
    for child in ast.iter_child_nodes(node):
        yield from _below(child, call if inside else None, place if inside else "")


def _of_call(call: ast.Call) -> Iterator[tuple[ast.expr, ast.Call | None, str]]:
    name = called(call)
    home = call.func.value.id if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) else ""
    if name in KEYWORDS or name in DEAF or home in DEAF_HOMES:
        for word in [*call.args, *(k.value for k in call.keywords)]:
            if not isinstance(word, ast.Constant | ast.JoinedStr):
                yield from _below(word, None, "")
        return
    yield from _below(call.func, None, "")
    for n, word in enumerate(call.args):
        yield from _below(word, call, str(n))
    for keyword in call.keywords:
        if keyword.arg not in MUTE:
            yield from _below(keyword.value, call, keyword.arg or "")


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def faults(tree: ast.AST) -> list[tuple[int, str]]:
    """Return the texts that go through no `tr`, with their lines."""
    found = []
    for node, call, place in literals(tree):
        text = shown(node)
        drawn = call is not None and (place in NAMED or place in map(str, DRAWS.get(called(call), ())))
        drawn &= call is not None and (called(call) in DRAWS or place in NAMED)
        worded = _TWO_WORDS.search(text) or (isinstance(node, ast.JoinedStr) and " " in text and _A_WORD.search(text))
        if text.strip() not in SAME and (worded or (drawn and _A_WORD.search(text))):
            found.append((node.lineno, text))
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(SOURCE)))
def test_every_text_goes_through_tr(file: Path) -> None:
    place = str(file.relative_to(SOURCE))
    if area_of(place) in NOT_YET:
        return
    found = faults(ast.parse(file.read_text(encoding="utf-8")))
    assert [(line, text) for line, text in found if (place, text) not in LISTED] == []


def test_a_listed_text_still_stands_where_it_is_listed():
    for place, text in LISTED:
        assert any(text == told for _, told in faults(ast.parse((SOURCE / place).read_text(encoding="utf-8"))))


@pytest.mark.parametrize(
    "code",
    [
        "say('No unit')",
        "st.button('Go', key='x')",
        "st.selectbox(label, options, help='Type it')",
        "markup.Fact('Cpk', v)",
        "say(f'{n} left')",
        "words = f'{n} of {m} done'",
        "say('one' if x else 'two')",
        "alt.Tooltip('x:N', title='unit')",
    ],
)
def test_the_nets_catch_what_they_should(code):
    assert faults(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        "say(tr('No unit'))",
        "raise E('no such unit here')",
        "'''a docstring of words'''",
        "x = d['a b']",
        "f(key='a b')",
    ],
)
def test_the_nets_let_pass_what_they_should(code):
    assert not faults(ast.parse(code))


#: Texts that no person reads: markup, expressions of the chart language.
LISTED: frozenset[tuple[str, str]] = frozenset(
    {
        (
            "dashboard/markup.py",
            (
                "body{font:13px sans-serif;margin:2em}table{border-collapse:collapse;width:100%}"
                "td,th{border:1px solid #000;padding:6px 8px;text-align:left}td:last-child{min-width:9em}"
            ),
        ),
        ("dashboard/labels/entry.py", "label_form"),
        ("dashboard/pictures.py", "Liberation Sans, Arial, DejaVu Sans, sans-serif"),
        ("dashboard/administration/people.py", "account_add"),
        ("dashboard/administration/people.py", "account_change"),
        ("dashboard/door/forms.py", " autofocus"),
        ("dashboard/door/forms.py", ":root{color-scheme:light dark;0}00"),
        ("dashboard/door/gate.py", POLICY),
        ("dashboard/door/routes.py", "password"),
        ("dashboard/door/routes.py", "sign-in"),
        ("dashboard/spc/picks.py", "Western Electric"),
        ("views/models/night.py", "night ingest"),
        ("dashboard/onboard/source.py", "/data/press-3"),
        ("dashboard/session.py", "this machine"),
        ("views/onboard/asked.py", "the source"),
        ("views/onboard/asked.py", "the stage"),
        ("views/onboard/draft.py", "left out"),
        ("views/onboard/plan.py", "the new stage"),
        ("dashboard/tables.py", "color: 0; font-weight: 600"),
        ("views/unit/causes.py", "request causes"),
        ("views/unit/page.py", "out of specification"),
        ("views/unit/page.py", "outside the domain"),
        ("dashboard/theme.py", "Source Sans, Source Sans 3, sans-serif"),
        ("dashboard/theme.py", ".stApp {0}\n0"),
        ("dashboard/theme.py", "--qc-0: light-dark(0, 0);"),
    }
)
