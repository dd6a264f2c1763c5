"""Tables: sortable, numbers to the right, units in the header, times in the plant's zone, a safe download."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

import polars as pl
import streamlit as st

from qc_app.dashboard.session import inks, say
from qc_app.language import ENGLISH, bound, browser_dates, figures_of, spoken, tr
from qc_app.views import XLSX, csv_bytes, headings, xlsx_bytes

_ROW = 35
_PRINTF = re.compile(r"%(?P<spec>\.\d+[fg]|d)")

__all__ = ["headings", "number", "show", "typed"]


def show(
    frame: pl.DataFrame,
    key: str,
    columns: Mapping[str, Any],
    *,
    zone: str = "UTC",
    rows: int = 12,
    select: str = "",
    opens: str = "",
    marked: str = "",
    spare: Collection[str] = (),
    empty: str = "",
) -> list[int]:
    """Show a table with the columns named in `columns`, in their order, and downloads below it.

    Parameters
    ----------
    frame : polars.DataFrame
    key : str
        Key of the widget; the downloads have ``<key>_csv`` and ``<key>_xlsx``.
    columns : mapping
        Column -> heading, or a column configuration.
    zone : str
        Zone in which times are shown.
    rows : int
        Rows visible at once.
    select : {"", "one", "many"}
        Whether rows can be chosen, by their boxes or by Shift and the space bar. Not by cells: the keyboard chooses
        each that it comes across, and whoever only passes through the table would be led away.
    opens : str
        The column whose cells choose their row too, by a click.
    marked : str
        The column whose cells are in the colour of their symbol: ■ demands, ▲ asks.
    spare : collection of str
        Columns that give way to the others where nothing stands in them.
    empty : str
        What to say instead of an empty table, in the language of now.

    Returns
    -------
    list of int
        Chosen rows, as positions in `frame`.
    """
    if not frame.height:
        say(empty or tr("Nothing here."))
        return []
    shown = frame.select(c for c in columns if c in frame.columns and not (c in spare and _bare(frame[c])))
    timed = [name for name, kind in shown.schema.items() if _timed(kind)]
    shown = shown.with_columns(pl.col(name).dt.convert_time_zone(zone) for name in timed)
    config = {n: _column(given, shown.schema[n]) for n, given in columns.items() if n in shown.columns}
    inked = marked if marked in shown.columns else ""
    if opens:
        config[opens] = _opener(config[opens], key)
    options: dict[str, Any] = {
        "key": key,
        "hide_index": True,
        "column_config": config,
        "height": min(rows, shown.height) * _ROW + _ROW + 2,
        "row_height": _ROW,
        "placeholder": "–",
    }
    if select:
        options |= {"on_select": "rerun", "selection_mode": "single-row" if select == "one" else "multi-row"}
    with st.container(gap=None, key=f"{key}_table"):
        event: Any = st.dataframe(_dressed(_plain(shown, opens), inked, _writers(config)), **options)
        _downloads(shown, key, zone)
    return _chosen(event, select, f"{key}_open" if opens else "")


def _bare(values: pl.Series) -> bool:
    return values.is_null().all() or (values.dtype == pl.String and bool((values.fill_null("") == "").all()))


def _plain(frame: pl.DataFrame, opens: str) -> pl.DataFrame:
    """Return the frame with names in its buttons that are no signs: a joiner takes ``:material/...:`` its meaning."""
    return frame.with_columns(pl.col(opens).str.replace_all(":", ":\u2060", literal=True)) if opens else frame


def _downloads(shown: pl.DataFrame, key: str, zone: str) -> None:
    """Offer the table as a file, made when somebody asks for it; pictures stay on the screen."""
    told = shown.select(name for name in shown.columns if not _pictured(shown[name]))
    with st.container(horizontal=True, horizontal_alignment="right", gap="small", key=f"{key}_files"):
        csv, xlsx = bound(lambda: csv_bytes(told)), bound(lambda: xlsx_bytes({key: told}, zone))
        st.download_button("CSV", csv, f"{key}.csv", "text/csv", key=f"{key}_csv", type="tertiary")
        st.download_button("Excel", xlsx, f"{key}.xlsx", XLSX, key=f"{key}_xlsx", type="tertiary")


def _pictured(values: pl.Series) -> bool:
    return values.dtype == pl.String and any(str(text).startswith("data:image/") for text in values.head(50))


def _opener(column: Any, key: str) -> Any:
    """Return a column whose cells are buttons; what is clicked stands under ``<key>_open`` for one run."""
    return st.column_config.ButtonColumn(
        column["label"], width=column.get("width"), alignment="left", type="tertiary", key=f"{key}_open"
    )


def _chosen(event: Any, select: str, opener: str) -> list[int]:
    clicked = st.session_state.get(opener) if opener else None
    if clicked is not None:
        return [int(clicked["row"])]
    return list(event["selection"]["rows"]) if select else []


def _dressed(frame: pl.DataFrame, marked: str, writers: Mapping[str, Callable[[Any], str]]) -> Any:
    """Return the frame with the colours of the symbols in one column, and numbers as the language writes them."""
    if not marked and not writers:
        return frame
    colours, styled = inks(), frame.to_pandas().style

    def ink(text: object) -> str:
        sign = str(text)[:1]
        colour = {"■": colours.act, "▲": colours.watch}.get(sign)
        return f"color: {colour}; font-weight: 600" if colour else ""

    styled = styled.map(ink, subset=[marked]) if marked else styled
    return styled.format(dict(writers)) if writers else styled


def _writers(config: Mapping[str, Any]) -> dict[str, Callable[[Any], str]]:
    """Take the formats of number columns, which know the English signs only, and return what writes them instead.

    A table draws what its cells are styled as, and sorts by the numbers behind; in English nothing is taken. The minus
    stays a plain hyphen, as in English: what is copied out of a grid has to be a number to a spreadsheet.
    """
    if spoken() == ENGLISH:
        return {}
    found = {}
    for name, column in config.items():
        kind = column.get("type_config", {}) if isinstance(column, dict) else {}
        if kind.get("type") == "number" and (told := _PRINTF.fullmatch(kind.pop("format", None) or "")):
            found[name] = _writer(told["spec"])
    return found


def _writer(spec: str) -> Callable[[Any], str]:
    form = ".0f" if spec == "d" else spec
    return lambda value: "–" if value is None or math.isnan(value) else figures_of(f"{value:{form}}").replace("−", "-")


def number(heading: str, places: int, unit: str = "", help_: str | None = None) -> Any:
    """Return the configuration of a number column: fixed decimals, unit in the heading."""
    return st.column_config.NumberColumn(f"{heading} ({unit})" if unit else heading, format=f"%.{places}f", help=help_)


def typed(heading: str) -> Any:
    """Return the configuration of a column of numbers with the digits that somebody typed, not those of a reading."""
    return st.column_config.NumberColumn(heading, format="%.10g")


def _timed(kind: pl.DataType) -> bool:
    return isinstance(kind, pl.Datetime)


def _column(given: Any, kind: pl.DataType) -> Any:
    if not isinstance(given, str):
        return given
    if _timed(kind):
        return st.column_config.DatetimeColumn(given, format=browser_dates()[0])
    if kind == pl.Date:
        return st.column_config.DateColumn(given, format=browser_dates()[1])
    if kind.is_numeric():
        return st.column_config.NumberColumn(given, format="%.3g" if kind.is_float() else "%d")
    return st.column_config.TextColumn(given)
