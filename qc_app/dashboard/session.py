"""Where a session stands: plant, person, stage, window; kept in the address, so that a link brings it back."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import streamlit as st

from qc_app.actions import Actor, local_actor
from qc_app.actions.access.identity import arrive
from qc_app.actions.access.sessions import actor_of, held
from qc_app.dashboard import markup
from qc_app.dashboard.door.cookie import cookie_name
from qc_app.dashboard.theme import Palette, palette
from qc_app.errors import NotAllowed, QcError
from qc_app.settings import Settings
from qc_app.views import WINDOWS, enter, local, overdue_night, plant_now, silence

if TYPE_CHECKING:
    from qc_app.plant import Plant
    from qc_app.store import Store

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Here:
    """The open store, the plant as it is defined now, and the person."""

    store: Store
    plant: Plant
    actor: Actor


@st.cache_resource(show_spinner=False)
def _store(home: str) -> Store:
    return enter(Path(home))


def here(*, asked: bool = True) -> Here:
    """Return store, plant and person of this session; ends the run with a next step if there is no plant yet.

    A part that refreshes itself is not `asked` for: it keeps no sign-in alive.
    """
    store = _store(os.environ.get("QC_HOME", "plant-home"))
    plant = plant_now(store)
    if plant is None:
        say("No plant is defined yet. Write a plant.toml and run `qc apply plant.toml`, or start the demo: `qc demo`.")
        st.stop()
    return Here(store, plant, _person(store, asked=asked))


def is_open() -> bool:
    """Return whether anyone at this machine may come in, without an account."""
    return _settings().sign_in == "open"


def _settings() -> Settings:
    return Settings.load(Path(os.environ.get("QC_HOME", "plant-home")))


def _person(store: Store, *, asked: bool) -> Actor:
    """Return who this browser's person is; ends the run with the way to the sign-in if nobody is."""
    settings, place = _settings(), st.context.ip_address or "this machine"
    if settings.sign_in == "open":
        return local_actor()
    actor = actor_of(store, str(st.context.cookies.get(cookie_name(settings), "")), place, active=asked)
    if actor is None and settings.oidc is not None and st.user.is_logged_in:
        try:
            actor = arrive(store, st.user.to_dict(), settings.oidc, place)
        except NotAllowed as refusal:
            say(str(refusal), "act")
    st.session_state["session"] = actor.session if actor else None
    if actor is None:
        _way_in(settings)
        st.stop()
    return actor


def _way_in(settings: Settings) -> None:
    """Say that nobody is signed in here, and lead to where one can."""
    say("Nobody is signed in here, or the time of the sign-in is over.", "watch")
    if settings.oidc is not None:
        if st.user.is_logged_in:
            st.button("Sign in as somebody else", key="oidc_out", on_click=st.logout)
        else:
            st.button("Sign in with the company account", key="oidc_in", on_click=st.login)
    st.html('<p><a href="/sign-in" target="_self">Sign in with an account of this program</a></p>')


def _still_in() -> None:
    """Let the whole page be drawn anew, and with it the way to the sign-in, if this sign-in is over."""
    number = st.session_state.get("session")
    if number is not None and held(_store(os.environ.get("QC_HOME", "plant-home")), int(number)) is None:
        st.session_state["session"] = None
        st.rerun()


def guarded(body: Callable[P, None]) -> Callable[P, None]:
    """Make a page or a live part say what went wrong, in its sentence, instead of breaking."""

    @functools.wraps(body)
    def safely(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            _still_in()
            body(*args, **kwargs)
        except QcError as error:
            say(str(error), "act")

    return safely


def attempt(act: Callable[[], object], done: str = "") -> bool:
    """Do what a person asked; say that it is done, or why it is not. Return whether it was done."""
    try:
        result = act()
    except QcError as error:
        st.session_state["said"] = ("act", str(error))
        return False
    st.session_state["said"] = ("info", done or str(result))
    return True


def outcome() -> None:
    """Show once what became of the last action."""
    said = st.session_state.pop("said", None)
    if said:
        say(said[1], said[0])


def say(text: str, state: str = "") -> None:
    """Show a sentence; text from data is safe here."""
    st.html(markup.note(text, state))


def inks() -> Palette:
    """Return the palette of the theme this browser shows."""
    return palette(dark=st.context.theme.type == "dark")


def top(title: str, now: Here) -> None:
    """Show the page's first line and the last action's outcome."""
    moment = local(now.store.clock.now(), now.plant.zone)
    st.html(markup.head(title, f"{now.plant.name} · {moment}", _who(now)))
    if asleep := silence(now.store, datetime.now(UTC)):
        say(asleep, "watch")
    if late := overdue_night(now.store, now.plant):
        say(late, "watch")
    outcome()


def _who(now: Here) -> str:
    return f"{now.actor.name} · {now.actor.role}{' · no sign-in' if is_open() else ''}"


def pick_stage(now: Here) -> str:
    """Let the person choose a stage; the choice stays when the page changes."""
    ids = [s.id for s in now.plant.stages]
    if not ids:
        say("This plant has no stage yet. Add one to the plant file and apply it: `qc apply plant.toml`.")
        st.stop()
    _settle("stage", ids)
    lines = {s.id: s.line for s in now.plant.stages}
    st.selectbox(
        "Stage",
        ids,
        key="pick_stage",
        format_func=lambda i: f"{i}  ·  {lines[i]}",
        on_change=_picked,
        args=("stage",),
    )
    return str(st.session_state["pick_stage"])


def pick_characteristic(now: Here, stage: str) -> str:
    """Let the person choose one of the stage's characteristics."""
    names = [c.name for c in now.plant.stage(stage).characteristics]
    if not names:
        say(f"Stage {stage} has no characteristic yet. Add one under [stages.{stage}.characteristics] and apply it.")
        st.stop()
    _settle("what", names)
    st.selectbox("Characteristic", names, key="pick_what", on_change=_picked, args=("what",))
    return str(st.session_state["pick_what"])


def pick_window() -> str:
    """Let the person choose the window of time."""
    _settle("window", list(WINDOWS), "7d")
    st.segmented_control("Window", list(WINDOWS), key="pick_window", on_change=_picked, args=("window",), required=True)
    return str(st.session_state["pick_window"])


def pick_unit(choices: Mapping[str, str]) -> str:
    """Let the person choose a unit, or type the id of any other; `choices` says why each is listed."""
    asked = st.query_params.get("unit") or st.session_state.get("place_unit") or ""
    listed = list(choices) if asked in choices or not asked else [asked, *choices]
    if not listed:
        return ""
    _settle("unit", listed)
    st.selectbox(
        "Unit",
        listed,
        key="pick_unit",
        format_func=lambda u: f"{u}  ·  {choices[u]}" if u in choices else u,
        on_change=_picked,
        args=("unit",),
        accept_new_options=True,
        help="Type the id of any unit of this stage",
    )
    return str(st.session_state["pick_unit"])


def pick_one(
    name: str, label: str, options: Sequence[str], *, default: str = "", words: Mapping[str, str] | None = None
) -> str:
    """Let the person choose one of `options`, kept in the address under `name`; `words` are what is shown for them."""
    _settle(name, options, default)
    shown = words or {}
    st.selectbox(
        label,
        options,
        key=f"pick_{name}",
        format_func=lambda option: shown.get(option, option),
        on_change=_picked,
        args=(name,),
    )
    return str(st.session_state[f"pick_{name}"])


def _settle(name: str, options: Sequence[str], default: str = "") -> None:
    """Put the address's choice (else the last one, else the default) into the widget, and into the address."""
    asked = st.query_params.get(name) or st.session_state.get(f"place_{name}") or default
    chosen = asked if asked in options else (default or options[0])
    st.session_state[f"pick_{name}"] = st.session_state[f"place_{name}"] = chosen
    if st.query_params.get(name) != chosen:
        st.query_params[name] = chosen


def _picked(name: str) -> None:
    chosen = st.session_state.get(f"pick_{name}")
    if chosen:
        st.query_params[name] = st.session_state[f"place_{name}"] = chosen
