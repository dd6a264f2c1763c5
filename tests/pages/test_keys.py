"""Every widget has a key: without one it forgets what was entered as soon as something above it changes."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest
import streamlit as st

import qc_app.dashboard

FILES = sorted(Path(qc_app.dashboard.__file__).parent.rglob("*.py"))


def takes_key(name: str) -> bool:
    """Whether Streamlit's `name` keeps a state: it has a key, and calls or reruns when a person touches it."""
    try:
        parameters = inspect.signature(getattr(st, name)).parameters
    except (TypeError, ValueError):
        return False
    return "key" in parameters and bool({"on_change", "on_click", "on_select"} & set(parameters))


WIDGETS = {name for name in dir(st) if takes_key(name)}


def without_key(tree: ast.AST) -> list[str]:
    """Widgets called without ``key=``; what is handed on with ``**`` must hold a key in a dict of the same function."""
    found = []
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for function in functions:
        named = {
            k.value
            for d in ast.walk(function)
            if isinstance(d, ast.Dict)
            for k in d.keys
            if isinstance(k, ast.Constant)
        }
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Attribute) and call.func.attr in WIDGETS:
                words = {keyword.arg for keyword in call.keywords}
                if "key" not in words and not (None in words and "key" in named):
                    found.append(f"line {call.lineno}: {ast.unparse(call.func)}")
    return found


def test_the_list_of_widgets_is_streamlits_own() -> None:
    assert {"button", "selectbox", "text_input", "segmented_control", "file_uploader", "dataframe"} <= WIDGETS
    assert not {"html", "columns", "form"} & WIDGETS


def test_the_detector_sees_what_it_should() -> None:
    bad = "def f():\n    st.button('a')\n    left.text_input('b')\n    st.dataframe(x, **options)"
    assert len(without_key(ast.parse(bad))) == 3
    good = "def f():\n    o = {'key': 'x'}\n    st.dataframe(x, **o)\n    st.button('a', key='b')\n    st.html('c')"
    assert without_key(ast.parse(good)) == []


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_every_widget_has_a_key(path: Path) -> None:
    assert without_key(ast.parse(path.read_text(encoding="utf8"))) == []
