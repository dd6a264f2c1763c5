"""Where a session stands: plant, person, stage, window; kept in the address, so that a link brings it back."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import streamlit as st

from qc_app.actions import Actor, local_actor
from qc_app.actions.access.identity import arrive
from qc_app.actions.access.sessions import actor_of, held
from qc_app.dashboard import address, markup
from qc_app.dashboard.door.answers import DENIED, UNFIT
from qc_app.dashboard.door.cookie import cookie_name
from qc_app.dashboard.theme import Palette, palette
from qc_app.errors import NotAllowed, NotYet, QcError
from qc_app.language import bound, nearest_language, speaking, spoken, tr
from qc_app.records import Account
from qc_app.settings import Settings
from qc_app.views import WINDOWS, enter, local, overdue_night, plant_now, recorded, role_word, silence, window_word

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
    store.require_there()
    plant = plant_now(store)
    if plant is None:
        say(
            tr(
                "No plant is defined yet. Write a plant.toml and run `qc apply plant.toml`, "
                "or start the demo: `qc demo`."
            )
        )
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
            say(recorded(str(refusal)), "act")
    st.session_state["session"] = actor.session if actor else None
    if actor is None:
        _way_in(settings)
        st.stop()
    if spoken() != _language(held(store, int(actor.session or 0))):
        st.rerun()  # the first run of a browser does not know yet who it is
    return actor


def _way_in(settings: Settings) -> None:
    """Say that nobody is signed in here, and lead to where one can."""
    st.html(markup.head(tr("Sign in")))
    if refusal := _refusal(st.query_params.get("refused", "")):
        say(refusal, "act")
    else:
        say(tr("Nobody is signed in here, or the time of the sign-in is over."), "watch")
    if settings.oidc is not None:
        if st.user.is_logged_in:
            st.button(tr("Sign in as somebody else"), key="oidc_out", on_click=st.logout)
        else:
            st.button(tr("Sign in with the company account"), key="oidc_in", on_click=st.login)
    st.html(markup.link("/sign-in", tr("Sign in with an account of this program")))


def _refusal(why: str) -> str:
    """Say why an identity provider's answer let nobody in, as the door names it in the address; empty for no reason."""
    if why == DENIED:
        return tr("The identity provider let nobody in. Sign in again, or ask its administrator.")
    if why == UNFIT:
        return tr(
            "The identity provider's answer was not accepted: too old, not meant for this browser and this program, or"
            " not signed by the provider. Sign in again; if that does not help, tell its administrator."
        )
    return ""


def _still_in() -> Account | None:
    """Return whose sign-in this is; draw the whole page anew, and the way to the sign-in, if it is over."""
    number = st.session_state.get("session")
    if number is None:
        return None
    account = held(_store(os.environ.get("QC_HOME", "plant-home")), int(number))
    if account is None:
        st.session_state["session"] = None
        st.rerun()
    return account


def _language(account: Account | None) -> str:
    """Return in which language to speak: as the account says, else as was chosen here, else as the browser asks."""
    chosen = (account.language if account else "") or str(st.session_state.get("language", ""))
    return chosen or nearest_language(st.context.locale) or "en"


def guarded(body: Callable[P, None]) -> Callable[P, None]:
    """Make a page or a live part speak its reader's language, and say what went wrong instead of breaking."""

    @functools.wraps(body)
    def safely(*args: P.args, **kwargs: P.kwargs) -> None:
        with ExitStack() as speech:
            try:
                speech.enter_context(speaking(_language(_still_in())))
                body(*args, **kwargs)
            except QcError as error:
                say(recorded(str(error)), "" if isinstance(error, NotYet) else "act")

    return safely


def attempt(act: Callable[[], object], done: str = "") -> bool:
    """Do what a person asked; say that it is done, or why it is not. Return whether it was done.

    Parameters
    ----------
    act : callable
    done : str
        What to say then, in the language of now; empty: what the action says, which is English.
    """
    try:
        result = act()
    except QcError as error:
        st.session_state["said"] = ("act", "", str(error))
        return False
    st.session_state["said"] = ("info", done, str(result))
    return True


def outcome() -> None:
    """Show once what became of the last action."""
    said = st.session_state.pop("said", None)
    if said:
        state, told, english = said
        say(told or recorded(english), state)


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
    if gone := _gone(now):
        say(
            tr("There is no stage {stage} in this plant any more: the link is old. Choose another.", stage=gone),
            "watch",
        )
    outcome()


def _gone(now: Here) -> str:
    """Return the stage that the address asks for, if the plant has none of that name: another one is shown then."""
    asked = st.query_params.get("stage", "")
    return "" if asked in {"", *(stage.id for stage in now.plant.stages)} else asked


def _who(now: Here) -> str:
    parts = (now.actor.name, role_word(now.actor.role), tr("no sign-in") if is_open() else "")
    return " · ".join(part for part in parts if part)


def no_stage() -> None:
    """Say that the plant is empty, and lead to where that is mended."""
    say(tr("This plant has no stage yet. Add one on the page Onboard, or by a plant file: `qc apply plant.toml`."))
    st.page_link(st.session_state["pages"]["onboard"], label=tr("Add a stage"), icon="")


def pick_stage(now: Here) -> str:
    """Let the person choose a stage; the choice stays when the page changes."""
    ids = [s.id for s in now.plant.stages]
    if not ids:
        no_stage()
        st.stop()
    _settle("stage", ids)
    lines = {s.id: s.line for s in now.plant.stages}
    st.selectbox(
        tr("Stage"),
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
        say(
            tr(
                "Stage {stage} has no characteristic yet. Add one under {table} and apply it.",
                stage=stage,
                table=f"[stages.{stage}.characteristics]",
            )
        )
        st.stop()
    _settle("what", names)
    st.selectbox(tr("Characteristic"), names, key="pick_what", on_change=_picked, args=("what",))
    return str(st.session_state["pick_what"])


def pick_window() -> str:
    """Let the person choose the window of time."""
    _settle("window", list(WINDOWS), "7d")
    st.segmented_control(
        tr("Window"),
        list(WINDOWS),
        key="pick_window",
        format_func=bound(window_word),
        on_change=_picked,
        args=("window",),
        required=True,
    )
    return str(st.session_state["pick_window"])


def pick_unit(choices: Mapping[str, str]) -> str:
    """Let the person choose a unit, or type the id of any other; `choices` says why each is listed."""
    asked = st.query_params.get("unit") or st.session_state.get("place_unit") or ""
    listed = list(choices) if asked in choices or not asked else [asked, *choices]
    if not listed:
        return ""
    _settle("unit", listed)
    st.selectbox(
        tr("Unit"),
        listed,
        key="pick_unit",
        format_func=lambda u: f"{u}  ·  {choices[u]}" if u in choices else u,
        on_change=_picked,
        args=("unit",),
        accept_new_options=True,
        help=tr("Type the id of any unit of this stage"),
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
    address.note(name, chosen)


def _picked(name: str) -> None:
    chosen = st.session_state.get(f"pick_{name}")
    if chosen:
        st.query_params[name] = st.session_state[f"place_{name}"] = chosen
