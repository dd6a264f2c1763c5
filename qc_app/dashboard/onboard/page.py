"""The page: one stage in five steps, or many stages from a sheet."""

from __future__ import annotations

import streamlit as st

from qc_app.dashboard.onboard.columns import columns_step
from qc_app.dashboard.onboard.live import live_step
from qc_app.dashboard.onboard.many import many_stages
from qc_app.dashboard.onboard.preview import preview_step
from qc_app.dashboard.onboard.results import results_step
from qc_app.dashboard.onboard.source import onward, source_step
from qc_app.dashboard.onboard.state import STEPS, begin_anew, draft, go
from qc_app.dashboard.session import Here, guarded, here, say, top
from qc_app.language import bound, later, tr

_ONE, _MANY = later("One stage"), later("Many stages from a sheet")
_BODIES = dict(zip(STEPS, (source_step, columns_step, results_step, preview_step, live_step), strict=True))


@guarded
def page() -> None:
    """Show the step at which the draft stands."""
    now = here()
    top(tr("Onboard"), now)
    mode = st.segmented_control(
        tr("Add"), [_ONE, _MANY], key="onboard_mode", default=_ONE, required=True, format_func=bound(tr)
    )
    if mode == _MANY:
        many_stages(now)
        return
    onward()
    st.session_state.setdefault("onboard_step", STEPS[0])
    st.segmented_control(tr("Step"), STEPS, key="onboard_step", format_func=bound(_called), required=True)
    step = str(st.session_state["onboard_step"])
    _step(step, now)
    _ways(step)


def _called(step: str) -> str:
    return f"{STEPS.index(step) + 1} · {tr(step)}"


@guarded
def _step(step: str, now: Here) -> None:
    if step != STEPS[0] and not draft().columns:
        say(tr("Nothing was read yet. Name the stage and its source at step 1."))
        return
    _BODIES[step](now)


def _ways(step: str) -> None:
    """Offer the way back, the way on, and to begin anew."""
    at = STEPS.index(step)
    with st.container(horizontal=True):
        if at:
            st.button(tr("Back"), key="onboard_back", on_click=go, args=(STEPS[at - 1],))
        if at + 1 < len(STEPS):
            ready = bool(draft().columns)
            st.button(tr("Next"), key="onboard_next", on_click=go, args=(STEPS[at + 1],), disabled=not ready)
        st.button(tr("Begin anew"), key="onboard_anew", on_click=begin_anew, type="tertiary")
