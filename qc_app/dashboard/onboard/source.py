"""Step 1: how the stage is called, and where its data come from."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from qc_app.actions import ENDINGS, MAX_MB, keep_upload, may
from qc_app.dashboard import markup
from qc_app.dashboard.onboard.network import network_form, pending_told, settings_form, steps_told, tried_out
from qc_app.dashboard.onboard.state import STEPS, draft, go, keep, seeded
from qc_app.dashboard.session import Here, attempt, say
from qc_app.errors import ActionError
from qc_app.language import bound, later, tr
from qc_app.views import role_word
from qc_app.views.onboard import Source, asked_source, described, folder_source, layout_of, looked_at, named, sheets_in

_UPLOAD, _FOLDER, _TABLE, _NETWORK = (
    later("Upload a file"),
    later("Folder on the server"),
    later("Database table"),
    later("Network"),
)
_KINDS = (_UPLOAD, _FOLDER, _TABLE, _NETWORK)
#: What a form makes of its answers: the source, tried already, and which of its tags are wanted.
Settle = Callable[[], tuple[Source, str]]


def source_step(now: Here) -> None:
    """Ask for names and source; reading it leads to the next step."""
    so_far = draft()
    st.html(markup.heading(tr("What is added"), tr("the stage is one step of production on one line")))
    left, right = st.columns(2, gap="medium")
    stage = left.text_input(
        tr("Stage"),
        key=seeded("onb_stage", so_far.stage),
        max_chars=200,
        placeholder=tr("e.g. {example}", example="press-3"),
        help=tr("Numbers and words in which sisters differ, as in bar-40-worn, may tell a level before any label."),
    )
    lines = ", ".join(sorted({s.line for s in now.plant.stages})[:4])
    line = right.text_input(
        tr("Line"),
        key=seeded("onb_line", so_far.line),
        max_chars=200,
        placeholder=tr("e.g. {example}", example=lines or "A"),
    )
    st.html(markup.heading(tr("Where its data come from"), tr("a file may hold the inspection results too")))
    kind = str(
        st.segmented_control(
            tr("Source"), _KINDS, key=seeded("onb_kind", _UPLOAD), required=True, format_func=bound(tr)
        )
    )
    forms = {_UPLOAD: _upload, _FOLDER: _folder, _TABLE: _table, _NETWORK: _network}
    settle = forms[kind](now, stage.strip())
    if not may(now.actor, "keep_upload"):
        say(tr("Adding a stage needs the role engineer; you are {role}.", role=role_word(now.actor.role)), "watch")
    if st.button(tr("Read it"), key="onb_read"):
        if attempt(lambda: _read(now, stage.strip(), line.strip(), settle), tr("Read: check what was guessed.")):
            st.session_state["onboard_onward"] = True
        st.rerun()
    steps_told()
    if kind == _NETWORK:
        pending_told(now, stage.strip())
    if so_far.columns:
        st.html(markup.note(tr("{n} columns were read of {stage}.", n=len(so_far.columns), stage=so_far.stage), "info"))


def onward() -> None:
    """Go to the columns after a source was read; called before the step's widgets are made."""
    if st.session_state.pop("onboard_onward", False):
        go(STEPS[1])


def _read(now: Here, stage: str, line: str, settle: Settle) -> None:
    if not stage or not line:
        raise ActionError("the stage has no name or no line - fill both first")
    if stage in {s.id for s in now.plant.stages}:
        raise ActionError(f"there is a stage {stage!r} already - give the new one another name")
    source, only = settle()
    offer = looked_at(now.store, source)
    fresh = replace(draft(), stage=stage, line=line, kind=source.kind, settings=source.settings, family="")
    keep(named(described(fresh, offer, now.store, now.plant.zone, only), source.columns))
    for key in [k for k in st.session_state if str(k).startswith("onb_c_")]:
        del st.session_state[key]


def _upload(now: Here, stage: str) -> Settle:
    file = st.file_uploader(
        tr("CSV, Excel or Parquet, at most {size} MB", size=MAX_MB),
        type=list(ENDINGS),
        key="onb_file",
        max_upload_size=MAX_MB,
    )
    sheet = _sheet(file)

    def settle() -> tuple[Source, str]:
        if file is None:
            raise ActionError("no file was chosen - choose one, or name a folder")
        folder = keep_upload(now.store, now.actor, stage, file.name, file.getvalue())
        return folder_source({"path": str(folder), "settle_s": 0, **layout_of(folder, sheet)}), ""

    return settle


def _sheet(file: Any) -> str:
    """Ask for the sheet of a workbook that has several, the largest first; it is looked into once."""
    if file is None or not file.name.lower().endswith(".xlsx"):
        return ""
    known, names = st.session_state.get("onb_sheets", ("", []))
    if known != file.file_id:
        names = [sheet.name for sheet in sheets_in(io.BytesIO(file.getvalue()))]
        st.session_state["onb_sheets"] = (file.file_id, names)
        st.session_state.pop("onb_sheet", None)
    return str(st.selectbox(tr("Sheet"), names, key="onb_sheet")) if len(names) > 1 else ""


def _folder(now: Here, _stage: str) -> Settle:
    left, right = st.columns([3, 1], gap="medium")
    path = left.text_input(tr("Folder"), key=seeded("onb_path", ""), placeholder="/data/press-3", max_chars=1000)
    pattern = right.text_input(
        tr("Files"), key=seeded("onb_pattern", "*"), max_chars=200, help=tr("Which names: *.csv")
    )

    def settle() -> tuple[Source, str]:
        if not path.strip():
            raise ActionError("no folder was named - give its path on the server")
        more = {} if pattern.strip() in {"", "*"} else {"pattern": pattern.strip()}
        layout = layout_of(Path(path.strip())) if may(now.actor, "try_source") else {}
        source = folder_source({"path": path.strip(), **more, **layout})
        tried_out(now, source)
        return source, ""

    return settle


def _table(now: Here, _stage: str) -> Settle:
    typed = settings_form("sql_table")

    def settle() -> tuple[Source, str]:
        source = asked_source("sql_table", typed)
        tried_out(now, source)
        return source, ""

    return settle


def _network(now: Here, stage: str) -> Settle:
    asked, only = network_form(now, stage)

    def settle() -> tuple[Source, str]:
        if isinstance(asked, ActionError):
            raise asked
        tried_out(now, asked)
        return asked, only

    return settle
