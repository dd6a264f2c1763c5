"""The way from line to stage, at the left of every page."""

from __future__ import annotations

import streamlit as st

from qc_app.actions import choose_language
from qc_app.actions.access.signing import sign_out
from qc_app.dashboard import markup
from qc_app.dashboard.session import Here, attempt, is_open
from qc_app.language import LANGUAGES, spoken, tr
from qc_app.views import STATES, role_word, stage_states

MOST_LINKS = 30


def person(now: Here) -> None:
    """Show who one is, and the ways out; without a sign-in, that anyone at this machine acts as this person."""
    role = role_word(now.actor.role)
    with st.sidebar.container(key="person"):
        language(now)
        if is_open():
            who = f"{now.actor.name} ({role})"
            st.html(markup.note(tr("No sign-in: whoever is at this machine acts as {who}.", who=who), "info"))
            return
        with st.popover(markup.plain(f"{now.actor.name} · {role}", 60), key="person_menu"):
            st.button(tr("Sign out"), key="sign_out", on_click=_out, args=(now,))
            st.button(tr("Sign out everywhere"), key="sign_out_everywhere", on_click=_out, args=(now, True))
            st.html(markup.link("/password", tr("Choose another password")))


def language(now: Here) -> None:
    """Let the person choose the language, each under its own name; an account keeps it, else this session does."""
    st.session_state["pick_language"] = spoken()
    st.selectbox(
        tr("Language"),
        list(LANGUAGES),
        key="pick_language",
        format_func=LANGUAGES.__getitem__,
        on_change=_speak,
        args=(now,),
    )


def _speak(now: Here) -> None:
    chosen = str(st.session_state["pick_language"])
    st.session_state["language"] = chosen
    if now.actor.session is not None:
        attempt(lambda: choose_language(now.store, now.actor, chosen), LANGUAGES[chosen])


def _out(now: Here, everywhere: bool = False) -> None:
    sign_out(now.store, now.actor, everywhere=everywhere)


def stage_links(now: Here) -> None:
    """List the stages by line with the symbol of their state; a large plant is searched on the overview instead."""
    if not 0 < len(now.plant.stages) <= MOST_LINKS:
        return
    states = stage_states(now.store, now.plant)
    chosen = st.query_params.get("stage") or st.session_state.get("place_stage")
    here_at = st.session_state["pages"]["stage"]
    with st.sidebar.container(gap=None, key="stage_links"):
        line = None
        for stage in sorted(now.plant.stages, key=lambda s: s.line):
            if stage.line != line:
                line = stage.line
                st.html(markup.heading(line))
            symbol = STATES[states.get(stage.id, "unknown")][1]
            label = f"{markup.plain(stage.id, 40)} {'' if symbol == '✓' else symbol}".rstrip()
            label = f"**{label}**" if stage.id == chosen else label
            st.page_link(here_at, label=label, icon="", query_params={"stage": stage.id})
