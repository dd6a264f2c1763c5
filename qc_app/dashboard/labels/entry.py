"""Entering inspection results: one unit, pasted lines, an uploaded file; checked before anything is kept."""

from __future__ import annotations

import polars as pl
import streamlit as st

from qc_app.actions import Checked, Entry, check_labels, decode, enter_labels, entry_of, read_entries
from qc_app.dashboard import markup, tables
from qc_app.dashboard.session import Here, attempt, say
from qc_app.errors import QcError
from qc_app.language import ntr, tr
from qc_app.views import LabelsView, recorded

_SHOWN = 200


def enter_here(view: LabelsView, now: Here, stage: str) -> None:
    """Show the form of one unit, the field to paste into and the upload; check and enter what is given."""
    st.html(
        markup.heading(
            tr("Enter results"),
            tr("{what} in {unit}", what=view.characteristic.name, unit=view.characteristic.unit)
            if view.characteristic.unit
            else tr("{what} in its own number", what=view.characteristic.name),
        )
    )
    if st.session_state.get("label_for") != (stage, view.characteristic.name):
        _forget()  # what was typed for one characteristic must never be entered for another
        st.session_state["label_for"] = (stage, view.characteristic.name)
    turn = st.session_state.setdefault("label_turn", 0)
    single, paste, upload = st.tabs([tr("One unit"), tr("Paste"), tr("Upload")], key="labels_tabs")
    entries: list[Entry] = []
    with single:
        one = _one()
    with paste:
        text = st.text_area(tr("Lines of unit, value[, measured at]"), key="label_paste", height=150, max_chars=500_000)
        entries = _many(text, now, view.characteristic.name)
    with upload:
        kinds = ["csv", "txt"]
        file = st.file_uploader(
            tr("CSV, with or without headings"), type=kinds, key=f"label_file_{turn}",
            help=tr("The file is read once. Results that keep coming need a source that carries labels: a folder or"
                    " table, named at Onboard or in the plant file."),
        )  # fmt: skip
        entries = entries or _uploaded(file, now, view.characteristic.name)
    if one or entries:
        _confirm(one or entries, view, now, stage, at_once=bool(one) and st.session_state.pop("label_sent", False))


def _one() -> list[Entry]:
    """Show the form of one unit; return what was last sent and not yet entered."""
    with st.form("label_form", border=False):
        left, right = st.columns(2)
        unit = left.text_input(tr("Unit"), key="label_unit", max_chars=200, placeholder=tr("id as on the part"))
        value = right.text_input(tr("Value"), key="label_value", max_chars=40, placeholder=tr("e.g. 2,51 or 2.51"))
        note = st.text_input(tr("Note"), key="label_note", max_chars=500, placeholder=tr("optional"))
        if st.form_submit_button(tr("Enter"), key="label_send"):
            st.session_state["label_one"] = [entry_of(unit, value, note)]
            st.session_state["label_sent"] = True
    return list(st.session_state.get("label_one", []))


def _many(text: str, now: Here, what: str) -> list[Entry]:
    if not text.strip():
        return []
    try:
        return read_entries(text, now.plant.zone, what)
    except QcError as error:
        say(recorded(str(error)), "act")
        return []


def _uploaded(file: object, now: Here, what: str) -> list[Entry]:
    if file is None:
        return []
    try:
        return read_entries(decode(file.getvalue()), now.plant.zone, what)  # type: ignore[attr-defined]
    except QcError as error:
        say(recorded(str(error)), "act")
        return []


def _confirm(entries: list[Entry], view: LabelsView, now: Here, stage: str, *, at_once: bool) -> None:
    """Show what stands against the entries before anything is kept; a single clean one is kept at once."""
    what = view.characteristic.name
    checked = check_labels(now.store, stage, what, entries)
    faults = [c for c in checked if c.fault]
    odd = [c for c in checked if c.remark and not c.fault]
    if at_once and not faults and not odd:
        _enter(entries, now, stage, what)
    _told(checked)
    if faults:
        say(
            tr(
                "{n} of {all} cannot be kept. Correct them; nothing is entered until then.",
                n=len(faults),
                all=len(checked),
            ),
            "act",
        )
    elif odd:
        say(tr("Not entered yet: read the check, then enter or discard."), "watch")
    many = len(checked)
    words = (
        ntr("Enter {n} result anyway", "Enter {n} results anyway", many)
        if odd
        else ntr("Enter {n} result", "Enter {n} results", many)
    )
    with st.container(horizontal=True):
        if st.button(words, key="label_enter", disabled=bool(faults)):
            _enter(entries, now, stage, what)
        if any(c.meant for c in checked) and st.button(
            tr("Enter them under the names meant"), key="label_meant", disabled=bool(faults)
        ):
            _enter([c.as_meant() for c in checked], now, stage, what)
        if st.button(tr("Discard"), key="label_discard"):
            _forget()
            st.rerun()


def _enter(entries: list[Entry], now: Here, stage: str, what: str) -> None:
    done = tr(
        "{n} entered for {stage} / {what}: the next night learns from it.", n=len(entries), stage=stage, what=what
    )
    if attempt(lambda: enter_labels(now.store, now.actor, stage, what, entries), done):
        _forget()
    st.rerun()


def _forget() -> None:
    for key in ("label_unit", "label_value", "label_note", "label_paste", "label_one"):
        st.session_state.pop(key, None)
    st.session_state["label_turn"] = st.session_state.get("label_turn", 0) + 1


def _told(checked: list[Checked]) -> None:
    rows = [
        (c.entry.unit_id, c.entry.value, f"■ {recorded(c.fault)}" if c.fault else recorded(c.remark))
        for c in checked[:_SHOWN]
    ]
    schema = {"unit_id": pl.String, "value": pl.Float64, "check": pl.String}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    columns = {"unit_id": tr("Unit"), "value": tables.typed(tr("Value")), "check": tr("Check")}
    tables.show(frame, "labels_check", columns, rows=8)
