"""Every text of the source has a translation in every language, with the same fields; no catalogue has more."""

from __future__ import annotations

import ast
import string
from collections import defaultdict

import pytest

from qc_app.language import LANGUAGES, ntr, speaking, tr
from qc_app.language.catalogues import areas, translations
from qc_app.language.extract import KEYWORDS, SOURCE, complete, found, missing, texts_of

PARTS = ("qc_app", "data_connectors", "models")
OTHERS = [code for code in LANGUAGES if code != "en"]


def fields(text: str) -> set[str]:
    return {name for _, name, form, how in string.Formatter().parse(text) if name is not None}


def plain_fields(text: str) -> bool:
    """Tell whether fields are names alone: no attribute, no index, no format, nothing by position."""
    return all(
        name is None or (name.isidentifier() and not form and not how)
        for _, name, form, how in string.Formatter().parse(text)
    )


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_has_a_translation(code):
    gaps = missing(code)
    assert not gaps, f"run `python -m qc_app.language {code}` and fill in what it prints"


@pytest.mark.parametrize("code", OTHERS)
def test_no_catalogue_has_what_no_source_has(code):
    wanted = found()
    odd = [(area, text) for area, c in areas(code).items() for text, _ in texts_of(c) if text not in wanted]
    assert odd == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_has_the_fields_of_its_text(code):
    for area, catalogue in areas(code).items():
        for text, told in texts_of(catalogue):
            texts = [text] if isinstance(text, str) else text
            forms = [told] if isinstance(told, str) else told
            wanted = set().union(*(fields(one) for one in texts))
            for form in forms:
                assert fields(form) == wanted, (code, area, text)
                assert plain_fields(form), (code, area, text)


@pytest.mark.parametrize("code", OTHERS)
def test_no_translation_is_doubtful_empty_or_told_twice(code):
    told = defaultdict(set)
    for area, catalogue in areas(code).items():
        for message in catalogue:
            assert not message.fuzzy or not message.id, (area, message.id)
        for text, words in texts_of(catalogue):
            assert complete(catalogue, words), (area, text)
            told[text].add(words)
    assert {text: words for text, words in told.items() if len(words) > 1} == {}


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_begins_and_ends_as_its_text(code):
    """A sentence stays a sentence, a part of one stays a part: they are put together without looking."""
    for area, catalogue in areas(code).items():
        for text, words in texts_of(catalogue):
            one, other = (t if isinstance(t, str) else t[0] for t in (text, words))
            assert (one[:1].isspace(), one[-1:].isspace()) == (other[:1].isspace(), other[-1:].isspace()), (area, one)
            assert len(one) < 30 or (one[-1] in ".:") == (other[-1] in ".:。："), (area, one, other)
            assert "!" not in other, (area, other)


def test_texts_are_literal_where_they_are_translated():
    """What the extractor cannot read, nobody translates: `tr(f"...")` is a fault; a name must come from `later`."""
    for file in SOURCE.rglob("*.py"):
        if file.is_relative_to(SOURCE / "language"):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
                texts = node.args[: 2 if node.func.id == "ntr" else 1]
                wrong = [t for t in texts if isinstance(t, ast.JoinedStr | ast.BinOp)]
                assert not wrong, f"{file}:{node.lineno} takes a text that is not literal"


def test_no_expression_calls_back_into_python():
    """Polars calls back on its own few threads, which know no language and wait for the interpreter.

    A page that has the interpreter and waits for those threads then waits for good, and all other pages with it.
    """
    called = {"map_elements", "map_batches", "map_rows", "map_groups", "register_io_source"}
    for file in (file for part in PARTS for file in (SOURCE.parent / part).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in called, f"{file}:{node.lineno} calls back: told_columns tells beforehand"


def test_a_missing_text_stays_english_and_says_so():
    with speaking("de"):
        assert tr("nobody wrote this") == "nobody wrote this (en)"
        assert ntr("{n} thing nobody wrote", "{n} things nobody wrote", 2) == "2 things nobody wrote (en)"
    assert tr("nobody wrote this") == "nobody wrote this"


@pytest.mark.parametrize(("code", "one", "many"), [("de", "1 offener Alarm", "2 offene Alarme"),
                                                   ("es", "1 alarma abierta", "2 alarmas abiertas"),
                                                   ("zh", "1 条未关闭报警", "2 条未关闭报警")])  # fmt: skip
def test_plurals_go_by_the_rule_of_the_language(code, one, many):
    with speaking(code):
        assert [ntr("{n} open alarm", "{n} open alarms", n) for n in (1, 2)] == [one, many]


def test_a_field_is_never_read_as_a_template():
    with speaking("de"):
        assert tr("{age} ago", age="{secret} {0}") == "vor {secret} {0}"


def test_catalogues_are_read_once():
    assert translations("de") is translations("de")
