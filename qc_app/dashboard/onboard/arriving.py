"""Where results arrive that the stage's own source does not hold: a folder that is watched, or the page Labels."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from qc_app.dashboard import markup
from qc_app.dashboard.onboard.network import tried_out
from qc_app.dashboard.onboard.state import draft, keep, seeded
from qc_app.dashboard.session import Here, attempt, say
from qc_app.language import bound, tr
from qc_app.views.onboard import Draft, in_columns, may_hold, results_source, with_arriving


def arriving_here(now: Here) -> None:
    """Ask for the folder of the owed results, and which of its columns holds which."""
    so_far = draft()
    st.html(markup.heading(tr("Where they arrive"), tr("a folder is read for good, like that of the stage's own data")))
    if so_far.arriving is None:
        _ask(now)
    else:
        keep(_chosen(so_far, so_far.arriving))


def _ask(now: Here) -> None:
    left, right, button = st.columns([3, 1, 1], gap="medium", vertical_alignment="bottom")
    example = tr("e.g. {example}", example="/data/lab")
    path = left.text_input(
        tr("Folder of the results"), key=seeded("onb_r_path", ""), placeholder=example, max_chars=1000
    )
    pattern = right.text_input(tr("Files"), key=seeded("onb_r_pattern", "*"), max_chars=200)
    if button.button(tr("Read it"), key="onb_r_read"):
        if attempt(lambda: _read(now, path, pattern), tr("Read: check what was guessed.")):
            for key in [k for k in st.session_state if str(k).startswith("onb_c_")]:
                del st.session_state[key]
        st.rerun()
    say(
        tr(
            "Without a folder they are entered, pasted or uploaded on the page Labels; a file that is uploaded there"
            " is read once, what comes later is uploaded again."
        )
    )


def _read(now: Here, path: str, pattern: str) -> None:
    source = results_source(path, pattern)
    tried_out(now, source)
    keep(with_arriving(draft(), source, now.store, now.plant.zone))


def _chosen(so_far: Draft, read: Draft) -> Draft:
    """Show what was understood of the folder; each choice can be changed."""
    say(tr("Results are read from {folder}, now and whenever files come.", folder=str(read.settings["path"])), "info")
    names = [c.column for c in read.columns]
    first, second, third = st.columns(3, gap="medium")
    unit = first.selectbox(tr("Names the unit"), names, key=seeded("onb_r_unit", read.unit_column or names[0]),
                           help=tr("As in the stage's own data: by it results find their units."))  # fmt: skip
    time = second.selectbox(tr("Says when"), names, key=seeded("onb_r_time", read.time_column or None),
                            placeholder=tr("No column looks like a time: choose it"))  # fmt: skip
    zone = third.text_input(tr("Zone of the time"), key=seeded("onb_r_zone", read.zone), max_chars=60)
    places = {owed.name: _place(read, owed.name, n) for n, owed in enumerate(so_far.owed)}
    st.button(tr("Another folder, or none"), key="onb_r_none", on_click=_forget)
    read = replace(read, unit_column=unit, time_column=time or "", zone=zone.strip())
    return in_columns(replace(so_far, arriving=read), {name: column for name, column in places.items() if column})


def _place(read: Draft, name: str, n: int) -> str:
    return str(
        st.selectbox(
            tr("Column of {name}", name=name), ["", *may_hold(read)],
            key=seeded(f"onb_r_column_{n}", read.places.get(name, "")),
            format_func=bound(lambda column: column or tr("none: entered on the page Labels")),
        )
    )  # fmt: skip


def _forget() -> None:
    keep(replace(draft(), arriving=None))
    for key in [k for k in st.session_state if str(k).startswith("onb_r_")]:
        del st.session_state[key]
