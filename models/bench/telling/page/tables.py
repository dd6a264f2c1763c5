"""Tables of text as HTML: sortable, figures to the right, verdicts as chips with a sign beside the colour."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from html import escape

from models.bench.telling.report import Table, target_table
from models.bench.telling.targets import Target

#: From the heading of a column and the text of a cell to its HTML.
Shown = Callable[[str, str], str]

_NUMBER = re.compile(r"[-+]?[\d.,]+( ±[\d.]+)?( %| s| <>)?|-")
_CHIPS = {"yes": ("yes", "✓ met"), "NO": ("no", "✗ not met"), "-": ("open", "– open")}


def html_table(
    table: Table,
    *,
    own: Collection[str] = (),
    body: Collection[str] | None = None,
    shown: Shown = lambda _heading, text: escape(text),
) -> str:
    """Return a table as HTML.

    Parameters
    ----------
    table : Table
    own : collection of str
        First cells of rows to be stressed.
    body : collection of str, optional
        First cells of the rows that sort; the others stay below them. All by default.
    shown : callable, optional
        What a cell looks like; its text, escaped, by default.

    Returns
    -------
    str

    Examples
    --------
    >>> shown = html_table(Table("", ("method", "5"), (("a<b", "0.5"),)))
    >>> '<td>a&lt;b</td><td class="number">0.5</td>' in shown
    True
    """
    rows = [row for row in table.rows if body is None or row[0] in body]
    rest = [row for row in table.rows if body is not None and row[0] not in body]
    sides = [_side([row[i] for row in rows]) for i in range(len(table.columns))]
    head = "".join(
        f'<th{side} scope="col"><button type="button">{escape(c)}</button></th>'
        for c, side in zip(table.columns, sides, strict=True)
    )

    def lines(part: Sequence[Sequence[str]]) -> str:
        return "".join(
            f"<tr{' class=own' if row[0] in own else ''}>"
            + "".join(f"<td{s}>{shown(c, cell)}</td>" for c, cell, s in zip(table.columns, row, sides, strict=True))
            + "</tr>"
            for row in part
        )

    foot = f"<tfoot>{lines(rest)}</tfoot>" if rest else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines(rows)}</tbody>{foot}</table>"


def html_targets(found: Sequence[Target]) -> str:
    """Return the table of targets, each verdict a chip.

    Examples
    --------
    >>> '<span class="chip yes">' in html_targets([Target("ours", "better", -0.2, -0.1, "share")])
    True
    """
    return html_table(target_table(found), shown=_with_chips)


def _with_chips(heading: str, text: str) -> str:
    if heading != "met":
        return escape(text)
    look, words = _CHIPS[text]
    return f'<span class="chip {look}">{words}</span>'


def _side(cells: Sequence[str]) -> str:
    """Figures stand at the right."""
    numeric = all(_NUMBER.fullmatch(cell) for cell in cells) and any(cell != "-" for cell in cells)
    return ' class="number"' if numeric else ""
