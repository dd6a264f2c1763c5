"""Wall: for the screen above the line; no controls, all of it by address."""

from __future__ import annotations

import time

import streamlit as st

from qc_app.dashboard.session import Here, guarded, here, inks
from qc_app.dashboard.wall.tiles import empty_wall, wall
from qc_app.errors import QcError
from qc_app.language import tr
from qc_app.views import pace, recorded, wall_view, whose_turn


@guarded
def page() -> None:
    """Show the wall of ``?line=``, ``?family=`` or the plant; a new screen every ``?every=`` seconds."""
    now = here()
    every = pace(st.query_params.get("every", ""))
    st.fragment(guarded(_screen), run_every=every)(now, every)


def _screen(now: Here, every: int) -> None:
    """Show whose turn it is; what goes wrong is said as large as all else."""
    try:
        view = wall_view(now.store, now.plant, st.query_params.get("line", ""), st.query_params.get("family", ""))
    except QcError as error:
        st.html(empty_wall(recorded(str(error))))
        return
    if not view.screens:
        st.html(empty_wall(tr("{plant} has no stage yet. Add one on the Onboard page.", plant=now.plant.name)))
        return
    turn = whose_turn(len(view.screens), time.time(), every)
    st.html(wall(view, view.screens[turn], now.plant.zone, inks()))
