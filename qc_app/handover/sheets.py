"""A hand-over as a workbook: a summary, and a sheet for each table."""

from __future__ import annotations

from qc_app.language import tr
from qc_app.views import Handover, headings, local, xlsx_bytes


def workbook_bytes(view: Handover) -> bytes:
    """Return a hand-over as an Excel workbook; times are by the plant's clock.

    Parameters
    ----------
    view : Handover
    """
    known = tr("As known at {time}.", time=local(view.at, view.zone))
    running = () if view.ended else (tr("The shift is not over: this is what is known so far."),)
    above = [view.title, f"{view.plant}, {view.line or tr('all lines')}", known, *running, "", *view.sentences]
    parts = {name: frame.rename(headings(frame.columns)) for name, frame in view.parts.items()}
    return xlsx_bytes(parts, view.zone, above)
