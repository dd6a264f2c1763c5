"""The draft of a session: kept through reruns, and when a person goes a step back."""

from __future__ import annotations

from typing import Any

import streamlit as st

from qc_app.dashboard.session import Here
from qc_app.language import later
from qc_app.views.onboard import Draft, Trial, tried

STEPS = (later("Source"), later("Columns"), later("Results"), later("Preview"), later("Go live"))
_DRAFT, _STEP, _TRIAL = "onboard_draft", "onboard_step", "onboard_trial"


def draft() -> Draft:
    """Return the draft of this session."""
    found = st.session_state.get(_DRAFT)
    return found if isinstance(found, Draft) else Draft()


def keep(changed: Draft) -> None:
    """Keep a changed draft."""
    st.session_state[_DRAFT] = changed


def trial_of(now: Here) -> Trial:
    """Return what a sample becomes; a live source is listened to once for each state of the draft.

    Raises
    ------
    ActionError
        As `tried`.
    """
    so_far = draft()
    kept = st.session_state.get(_TRIAL)
    if so_far.live and kept is not None and kept[0] == so_far:
        return kept[1]  # type: ignore[no-any-return]
    trial = tried(now.store, so_far)
    st.session_state[_TRIAL] = (so_far, trial)
    return trial


def go(step: str) -> None:
    """Open a step at the next run; for callbacks."""
    st.session_state[_STEP] = step


def begin_anew() -> None:
    """Forget the draft and all that was typed."""
    for key in [k for k in st.session_state if str(k).startswith(("onboard_", "onb_"))]:
        del st.session_state[key]


def seeded(key: str, value: Any) -> str:
    """Give a widget what the draft says, unless a person typed something since it is on the screen; return its key."""
    if key not in st.session_state:
        st.session_state[key] = value
    return key
