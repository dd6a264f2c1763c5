"""The overview's tiles: a line each, the worst first; choosing one filters the table below."""

from __future__ import annotations

from typing import Any

import streamlit as st

from qc_app.dashboard import markup
from qc_app.dashboard.overview.address import choose
from qc_app.language import ntr, tr
from qc_app.views import OverviewView, by_line, state_word

MOST = 12
_WIDE = 230


def lines(view: OverviewView) -> None:
    """Show how each line is; nothing where the plant has one."""
    found = by_line(view.rows)
    if found.height < 2:
        return
    hidden = found.height - MOST
    st.html(markup.heading(tr("Lines"), tr("{n} more in the filter below", n=hidden) if hidden > 0 else ""))
    with st.grid(4, min_column_width=_WIDE, gap="small"):
        for n, row in enumerate(found.head(MOST).iter_rows(named=True)):
            with st.container(key=f"overview_tile_{n}", gap=None, border=True):
                name = markup.plain(row["line"], 40)
                st.button(name, key=f"overview_tile_go_{n}", type="tertiary", on_click=choose, args=(row["line"],))
                st.html(_tile(row))


def _tile(row: dict[str, Any]) -> str:
    told = ntr("{n} stage", "{n} stages", row["stages"])
    if row["asking"]:
        told = ntr("{asking} of {n} stage asks", "{asking} of {n} stages ask", row["stages"], asking=row["asking"])
    alarms = ntr("{n} open alarm", "{n} open alarms", row["alarms"])
    return markup.line(row["state"], state_word(row["state"]), told, below=alarms)
