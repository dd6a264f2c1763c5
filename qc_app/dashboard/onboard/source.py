"""Step 1: how the stage is called, and where its data come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from qc_app.actions import ENDINGS, MAX_MB, keep_upload, may
from qc_app.dashboard import markup
from qc_app.dashboard.onboard.state import STEPS, draft, go, keep, seeded
from qc_app.dashboard.session import Here, attempt, say
from qc_app.errors import ActionError
from qc_app.views.onboard import guessed, layout_of, raw_sample

_UPLOAD, _FOLDER, _TABLE = "Upload a file", "Folder on the server", "Database table"
_KINDS = (_UPLOAD, _FOLDER, _TABLE)
Settings = tuple[str, dict[str, Any]]


def source_step(now: Here) -> None:
    """Ask for names and source; reading it leads to the next step."""
    so_far = draft()
    st.html(markup.heading("What is added", "the stage is one step of production on one line"))
    left, right = st.columns(2, gap="medium")
    stage = left.text_input("Stage", key=seeded("onb_stage", so_far.stage), max_chars=200, placeholder="e.g. press-3")
    lines = ", ".join(sorted({s.line for s in now.plant.stages})[:4])
    line = right.text_input(
        "Line", key=seeded("onb_line", so_far.line), max_chars=200, placeholder=f"e.g. {lines}" if lines else "e.g. A"
    )
    st.html(markup.heading("Where its data come from", "a file may hold the inspection results too"))
    kind = str(st.segmented_control("Source", _KINDS, key=seeded("onb_kind", _UPLOAD), required=True))
    settle = {_UPLOAD: _upload, _FOLDER: _folder, _TABLE: _table}[kind](now, stage.strip())
    if not may(now.actor, "keep_upload"):
        say(f"Adding a stage needs the role engineer; you are {now.actor.role}.", "watch")
    if st.button("Read it", key="onb_read"):
        if attempt(lambda: _read(now, stage.strip(), line.strip(), settle), "Read: check what was guessed."):
            st.session_state["onboard_onward"] = True
        st.rerun()
    if so_far.columns:
        st.html(markup.note(f"{len(so_far.columns)} columns were read of {so_far.stage}.", "info"))


def onward() -> None:
    """Go to the columns after a source was read; called before the step's widgets are made."""
    if st.session_state.pop("onboard_onward", False):
        go(STEPS[1])


def _read(now: Here, stage: str, line: str, settle: Callable[[], Settings]) -> None:
    if not stage or not line:
        raise ActionError("the stage has no name or no line - fill both first")
    if stage in {s.id for s in now.plant.stages}:
        raise ActionError(f"there is a stage {stage!r} already - give the new one another name")
    kind, settings = settle()
    frame = raw_sample(now.store, kind, settings)
    fresh = replace(draft(), stage=stage, line=line, kind=kind, settings=settings, family="")
    keep(guessed(fresh, frame, now.store, now.plant.zone))
    for key in [k for k in st.session_state if str(k).startswith("onb_c_")]:
        del st.session_state[key]


def _upload(now: Here, stage: str) -> Callable[[], Settings]:
    file = st.file_uploader(
        f"CSV, Excel or Parquet, at most {MAX_MB} MB", type=list(ENDINGS), key="onb_file", max_upload_size=MAX_MB
    )

    def settle() -> Settings:
        if file is None:
            raise ActionError("no file was chosen - choose one, or name a folder")
        folder = keep_upload(now.store, now.actor, stage, file.name, file.getvalue())
        return "file_folder", {"path": str(folder), "settle_s": 0, **layout_of(folder)}

    return settle


def _folder(_now: Here, _stage: str) -> Callable[[], Settings]:
    left, right = st.columns([3, 1], gap="medium")
    path = left.text_input("Folder", key=seeded("onb_path", ""), placeholder="/data/press-3", max_chars=1000)
    pattern = right.text_input("Files", key=seeded("onb_pattern", "*"), max_chars=200, help="Which names: *.csv")

    def settle() -> Settings:
        if not path.strip():
            raise ActionError("no folder was named - give its path on the server")
        more = {} if pattern.strip() in {"", "*"} else {"pattern": pattern.strip()}
        return "file_folder", {"path": path.strip(), **more, **layout_of(Path(path.strip()))}

    return settle


def _table(_now: Here, _stage: str) -> Callable[[], Settings]:
    url = st.text_input(
        "Database", key=seeded("onb_url", ""), placeholder="postgresql+psycopg://reader@host/db", max_chars=1000
    )
    left, right = st.columns(2, gap="medium")
    table = left.text_input("Table or view", key=seeded("onb_sqltable", ""), max_chars=200)
    secret = right.text_input(
        "Password", key=seeded("onb_secret", ""), placeholder="env:NAME or file:PATH", max_chars=500,
        help="Where the password stands, never the password itself: env:NAME or file:PATH",
    )  # fmt: skip

    def settle() -> Settings:
        if not url.strip() or not table.strip():
            raise ActionError("database or table is missing - fill both")
        more = {"password": secret.strip()} if secret.strip() else {}
        return "sql_table", {"url": url.strip(), "table": table.strip(), **more}

    return settle
