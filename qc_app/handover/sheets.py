"""A hand-over as a workbook: a summary, and a sheet for each table."""

from __future__ import annotations

from qc_app.views import Handover, local, xlsx_bytes


def workbook_bytes(view: Handover) -> bytes:
    """Return a hand-over as an Excel workbook; times are by the plant's clock.

    Parameters
    ----------
    view : Handover
    """
    known = f"As known at {local(view.at, view.zone)}" + ("" if view.ended else "; the shift is not over")
    above = [view.title, f"{view.plant}, {view.line or 'all lines'}", known, "", *view.sentences]
    return xlsx_bytes(view.parts, view.zone, above)
