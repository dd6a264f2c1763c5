"""The router: one navigation, one page a file. Started by `qc up` with the command of `launch`."""

from __future__ import annotations

import sys
from pathlib import Path

# Streamlit puts this folder first on the path, where the page models.py would hide the package models.
sys.path[:] = [place for place in sys.path if Path(place).absolute() != Path(__file__).absolute().parent]

import streamlit as st

from qc_app.dashboard import markup
from qc_app.dashboard.address import written
from qc_app.dashboard.pages import PAGES
from qc_app.dashboard.session import guarded, here
from qc_app.dashboard.sidebar import person, stage_links
from qc_app.dashboard.theme import style
from qc_app.language import spoken, tr

ICON = Path(__file__).with_name("icon.svg")


@guarded
def main() -> None:
    """Draw the frame and run the chosen page."""
    st.set_page_config(page_title=tr("Quality"), page_icon=str(ICON), layout="wide", initial_sidebar_state="auto")
    st.html(style())
    st.html(markup.speech(spoken()), unsafe_allow_javascript=True)
    pages = {
        name: st.Page(body, title=tr(title), url_path=name, default=name == "overview")
        for name, (body, title) in PAGES.items()
    }
    st.session_state["pages"] = pages
    chosen = st.navigation(list(pages.values()))
    if chosen.url_path != "wall":
        now = here()
        stage_links(now)
        person(now)
    with written():
        chosen.run()


main()
