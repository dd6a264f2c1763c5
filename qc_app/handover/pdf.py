"""A hand-over on paper: A4 across, what is wrong first, grey where nothing is."""

from __future__ import annotations

import math
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl
from fpdf import FPDF, FontFace
from fpdf.enums import TableBordersLayout, XPos, YPos

from qc_app.handover.fonts import Letters, letters
from qc_app.language import clocked, tr
from qc_app.views import Handover, figure, headings, local, percent, priority_word

_INK, _SOFT, _HAIR = (28, 33, 39), (89, 98, 108), (217, 221, 226)
_ACT, _WATCH = (161, 26, 51), (135, 105, 13)
_MOST = 60
_LONGEST = 300
_NEEDED_MM = 32
_SIGNED_MM, _WRITTEN_MM = 30, 14
_FIGURES = 4
_SIZE, _ROOM_MM = 8.5, 3.2
_SIGNS = {"high": "■", "medium": "▲"}


class _Sheet(FPDF):
    """An A4 page across with a footer that says what it is and as of when."""

    def __init__(self, below: str) -> None:
        super().__init__(orientation="L", format="A4")
        self.set_margin(14)
        self.set_auto_page_break(auto=True, margin=16)
        self.alias_nb_pages()
        self.letters: Letters = letters(self)
        self._below = below

    def write_line(self, text: str, size: float, ink: tuple[int, int, int] = _INK, *, bold: bool = False) -> None:
        """Write a paragraph over the whole width."""
        self.set_font(self.letters.family, "B" if bold else "", size)
        self.set_text_color(*ink)
        self.multi_cell(0, size * 0.5, self.letters.fit(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def footer(self) -> None:
        """Write the last line of each page."""
        self.set_y(-12)
        self.set_font(self.letters.family, "", 8)
        self.set_text_color(*_SOFT)
        self.cell(0, 5, self.letters.fit(self._below))
        self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="R")


def pdf_bytes(view: Handover) -> bytes:
    """Return a hand-over as a PDF.

    Parameters
    ----------
    view : Handover

    Returns
    -------
    bytes
        A4 across; long tables are cut at 60 rows and say so: the workbook has all of them.
    """
    at = local(view.at, view.zone)
    told = tr("{plant} · {line} · as known at {time}", plant=view.plant, line=view.line or tr("all lines"), time=at)
    sheet = _Sheet(told)
    sheet.set_title(sheet.letters.fit(f"{view.plant}: {view.title}"))
    sheet.set_creation_date(view.at)
    sheet.add_page()
    sheet.write_line(view.title, 16, bold=True)
    sheet.write_line(told, 10, _SOFT)
    if not view.ended:
        sheet.write_line("▲ " + tr("The shift is not over: this is what is known so far."), 10, _WATCH, bold=True)
    sheet.ln(2)
    for sentence in view.sentences:
        sheet.write_line(sentence, 11)
    for heading, frame in view.parts.items():
        _part(sheet, heading, frame, view.zone)
    _signatures(sheet)
    return bytes(sheet.output())


def _signatures(sheet: _Sheet) -> None:
    """Leave room for who hands over and who takes over: remarks, name and signature, time."""
    if sheet.get_y() > sheet.h - sheet.b_margin - _SIGNED_MM:
        sheet.add_page()
    sheet.ln(4)
    sheet.write_line(tr("Hand-over"), 11, bold=True)
    heads = (tr("Handed over by"), tr("Taken over by"), tr("Time"), tr("Remarks"))
    sheet.set_font(sheet.letters.family, "", _SIZE)
    sheet.set_text_color(*_SOFT)
    sheet.set_draw_color(*_SOFT)
    top, gap = sheet.get_y() + _WRITTEN_MM, 4.0
    for head, share in zip(heads, (0.22, 0.22, 0.12, 0.44), strict=True):
        left, wide = sheet.get_x(), sheet.epw * share
        sheet.line(left, top, left + wide - gap, top)
        sheet.text(left, top + 4, sheet.letters.fit(head))
        sheet.set_x(left + wide)
    sheet.set_y(top + 6)


def _part(sheet: _Sheet, heading: str, frame: pl.DataFrame, zone: str) -> None:
    if sheet.get_y() > sheet.h - sheet.b_margin - _NEEDED_MM:
        sheet.add_page()
    sheet.ln(4)
    sheet.write_line(heading, 11, bold=True)
    if not frame.height:
        sheet.write_line(tr("None."), 9, _SOFT)
        return
    sheet.ln(1)
    _table(sheet, _worded(frame.head(_MOST), zone), [kind.is_numeric() for kind in frame.dtypes])
    if frame.height > _MOST:
        more = tr("and {n} more: see the workbook", n=frame.height - _MOST)
        sheet.write_line(more, 9, _SOFT)


def _table(sheet: _Sheet, rows: pl.DataFrame, right: list[bool]) -> None:
    widths = _widths(sheet, rows)
    sheet.set_font(sheet.letters.family, "", _SIZE)
    sheet.set_text_color(*_INK)
    sheet.set_draw_color(*_HAIR)
    with sheet.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        col_widths=widths,
        text_align=["RIGHT" if numeric else "LEFT" for numeric in right],
        headings_style=FontFace(emphasis="BOLD", color=_SOFT),
        line_height=4.4,
        padding=(0.6, 1.2),
        v_align="TOP",
    ) as table:
        table.row([sheet.letters.fit(head) for head in headings(rows.columns).values()])
        for values in rows.iter_rows():
            row = table.row()
            for text in values:
                row.cell(sheet.letters.fit(text), style=_style(text))


def _worded(frame: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Return a table as text: local times, sensible digits, a symbol where something asks."""
    columns = [
        pl.Series(name, [_text(name, value, zone) for value in frame[name]], pl.String) for name in frame.columns
    ]
    return pl.DataFrame(columns)


def _text(name: str, value: object, zone: str) -> str:
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return clocked(value.astimezone(ZoneInfo(zone)))
    if isinstance(value, float):
        return percent(value) if name == "share_out" else figure(value, _places(value))
    return f"{_sign(str(value)) if name == 'priority' else ''}{value}"[:_LONGEST]


def _places(value: float) -> int:
    """Return the decimals of a value in four figures; whole ones are never cut.

    Examples
    --------
    >>> [_places(value) for value in (559.81342, 1.36123, 1_260_123.4, 1.2e-7, 0.0)]
    [1, 3, 0, 10, 0]
    """
    return max(0, _FIGURES - 1 - math.floor(math.log10(abs(value)))) if value else 0


def _sign(priority: str) -> str:
    return next((f"{sign} " for code, sign in _SIGNS.items() if priority_word(code) == priority), "")


def _widths(sheet: _Sheet, rows: pl.DataFrame) -> tuple[float, ...]:
    """Return the columns' widths in mm: as wide as their text; if that is too much, the widest give way."""
    sheet.set_font(sheet.letters.family, "B", _SIZE)
    texts = [[head, *rows[name]] for name, head in headings(rows.columns).items()]
    wanted = [max(sheet.get_string_width(sheet.letters.fit(text)) for text in column) + _ROOM_MM for column in texts]
    if sum(wanted) > sheet.epw:
        edge = _edge(wanted, sheet.epw)
        wanted = [min(width, edge) for width in wanted]
    return tuple(width * sheet.epw / sum(wanted) for width in wanted)


def _edge(wanted: list[float], room: float) -> float:
    """Return the width at which columns are cut, so that all of them fit into `room`.

    Examples
    --------
    >>> _edge([10.0, 20.0, 90.0, 100.0], 150.0)
    60.0
    """
    left = room
    for n, width in enumerate(sorted(wanted)):
        share = left / (len(wanted) - n)
        if width > share:
            return share
        left -= width
    return max(wanted)


def _style(text: str) -> FontFace | None:
    ink = {"■": _ACT, "▲": _WATCH}.get(text[:1])
    return FontFace(emphasis="BOLD", color=ink) if ink else None
