"""What the address says of the page, written once a page: each writing is one step of the browser's way back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import streamlit as st

_NOTED = "address_noted"


def note(name: str, value: str) -> None:
    """Note what the address shall say under `name`; where a part is drawn without its page, it is written at once."""
    noted = st.session_state.get(_NOTED)
    if noted is None:
        write({name: value})
    else:
        noted[name] = value


@contextmanager
def written() -> Iterator[None]:
    """Write what is noted meanwhile into the address, in one step; a page that leads elsewhere leaves it as it is."""
    st.session_state[_NOTED] = {}
    try:
        yield
        noted = st.session_state[_NOTED]
    finally:
        del st.session_state[_NOTED]
    write(noted)


def write(said: Mapping[str, str]) -> None:
    """Put all of `said` into the address at once; an empty text takes its name out."""
    now = st.query_params.to_dict()
    wanted = {name: value for name, value in (now | dict(said)).items() if value or name not in said}
    if wanted != now:
        st.query_params.from_dict(wanted)
