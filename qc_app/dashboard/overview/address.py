"""The overview's filters in the address: a link brings them back, and they stay when the page changes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import streamlit as st

from qc_app.dashboard.address import write

#: Name in the address -> key of the widget.
FILTERS = {"find": "overview_find", "line": "overview_line", "family": "overview_family", "state": "overview_state"}
_KEPT = "place_overview"
_ANY = "all"


def bring(options: dict[str, Collection[str]]) -> None:
    """Put what the address asks for into the filters, where it is not from them: a link, or a way back in the browser.

    Parameters
    ----------
    options : dict
        Name in the address -> what can be chosen; what cannot is passed over.
    """
    asked = {name: st.query_params.get(name, "") for name in FILTERS}
    kept: dict[str, str] = st.session_state.get(_KEPT, {})
    shown = all(key in st.session_state for key in FILTERS.values())
    if shown and asked == kept:
        return
    wanted = asked if shown or any(asked.values()) else kept or asked
    for name, key in FILTERS.items():
        st.session_state[key] = _value(name, wanted[name], options.get(name, ()))


def keep() -> None:
    """Write what is chosen into the address, and remember it for the next visit of the page."""
    told = {name: _text(st.session_state.get(key)) for name, key in FILTERS.items()}
    st.session_state[_KEPT] = told
    write(told)


def choose(line: str) -> None:
    """Filter by a line; a second time: by none."""
    key = FILTERS["line"]
    st.session_state[key] = _ANY if st.session_state.get(key) == line else line


def _value(name: str, text: str, options: Collection[str]) -> Any:
    if name == "find":
        return text
    if name == "state":
        return [state for state in text.split(",") if state in options]
    return text if text in options else _ANY


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ",".join(value)
    return "" if value in {None, _ANY} else str(value)
