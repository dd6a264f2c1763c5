"""What a shift hands over, from the overview: the shift and line chosen, the file made when it is asked for."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from qc_app.dashboard import markup
from qc_app.dashboard.session import Here
from qc_app.handover import paper_language, pdf_bytes, workbook_bytes
from qc_app.language import bound, speaking, spoken, tr
from qc_app.views import XLSX, Handover, handover, worked_shifts

_ALL = "all"


def hand_over(now: Here) -> None:
    """Offer the hand-over of one of the newest shifts as PDF and as Excel."""
    shifts = worked_shifts(now.plant, now.store.clock.now())
    blank = [Handover(now.plant.name, now.plant.zone, "", s, s.end, ended=True, sentences=(), parts={}) for s in shifts]
    with st.popover(tr("Shift hand-over"), key="hand_over"):
        at = st.selectbox(
            tr("Shift"), range(len(shifts)), key="hand_over_shift", format_func=bound(lambda n: blank[n].title)
        )
        lines = list(dict.fromkeys(s.line for s in now.plant.stages))
        line = st.selectbox(
            tr("Line"), [_ALL, *lines], key="hand_over_line", format_func=bound(lambda v: tr("all") if v == _ALL else v)
        )
        st.html(
            markup.note(tr("Alarms, what was out of specification, stages that changed, results owed, models, notes."))
        )

        def view() -> Handover:
            return handover(now.store, now.plant, shifts[at], "" if line == _ALL else line)

        def paper() -> bytes:
            with speaking(paper_language()):
                return pdf_bytes(view())

        if paper_language() != spoken():
            no_font = tr("The PDF is in English: this server has no font for Chinese (package fonts-noto-cjk).")
            st.html(markup.note(no_font))
        stem = replace(blank[at], line="" if line == _ALL else line).name
        with st.container(horizontal=True):
            pdf, sheets = bound(paper), bound(lambda: workbook_bytes(view()))
            st.download_button("PDF", pdf, f"{stem}.pdf", "application/pdf", key="hand_over_pdf")
            st.download_button("Excel", sheets, f"{stem}.xlsx", XLSX, key="hand_over_xlsx")
