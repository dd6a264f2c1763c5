"""Accounts: a table, and one form for what can be done to the chosen one."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from qc_app.actions import (
    add_display,
    add_user,
    disable_user,
    enable_user,
    remove_user,
    reset_user,
    set_role,
    sign_out_user,
)
from qc_app.dashboard import tables
from qc_app.dashboard.session import Here, attempt, say
from qc_app.language import bound, later, tr
from qc_app.views import ROLES, accounts_table, address_of, role_word, worded_accounts

_COLUMNS = ("name", "role", "kind", "state", "sessions", "last_seen", "made")
_DISPLAY = later("display (a screen on the wall)")
_DEEDS: dict[str, Callable[..., str]] = {
    later("Close the account"): disable_user,
    later("Open again"): enable_user,
    later("Sign out everywhere"): sign_out_user,
    later("Remove for good"): remove_user,
}


def people_part(now: Here) -> None:
    """Show who may come in, and let the administrator change it."""
    found = accounts_table(now.store)
    heads, empty = tables.headings(_COLUMNS), tr("Nobody has an account yet.")
    chosen = tables.show(worded_accounts(found), "accounts", heads, zone=now.plant.zone, select="one", empty=empty)
    _handed_out()
    if chosen:
        _change(now, str(found["name"][chosen[0]]), str(found["role"][chosen[0]]))
    else:
        _add(now)


def _add(now: Here) -> None:
    with st.form("account_add", clear_on_submit=True), st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(tr("Name"), key="account_name", max_chars=100)
        role = st.selectbox(tr("Role"), [*ROLES, _DISPLAY], key="account_role", format_func=bound(_role))
        if st.form_submit_button(tr("Add an account"), key="account_add_go"):
            _made(now, name, str(role))
            st.rerun()


def _made(now: Here, name: str, role: str) -> None:
    """Add a person or a screen; what must be handed out is shown once."""
    address = address_of(now.store)

    def deed() -> str:
        if role == _DISPLAY:
            link = f"{address}/display?token={add_display(now.store, now.actor, name)}"
            st.session_state["handed_out"] = (tr("Open this once on the screen; it stays signed in"), link)
        else:
            code = add_user(now.store, now.actor, name, role)
            st.session_state["handed_out"] = (_one_time(name, address), code)
        return tr("{name} is added.", name=name)

    attempt(deed)


def _handed_out() -> None:
    """Show a code or a link once: it is kept nowhere."""
    told = st.session_state.pop("handed_out", None)
    if told:
        say(tr("{what}. It is shown once:", what=told[0]), "info")
        st.code(told[1], language=None)


def _change(now: Here, name: str, role: str) -> None:
    with st.form("account_change"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            wanted = st.selectbox(
                tr("Role"), ROLES, index=ROLES.index(role), key=f"account_role_{name}", format_func=bound(_role)
            )
            reason = st.text_input(tr("Reason"), key=f"account_reason_{name}", max_chars=2000)
        with st.container(horizontal=True):
            if st.form_submit_button(tr("Give this role"), key="account_role_go"):
                attempt(lambda: set_role(now.store, now.actor, name, str(wanted), reason))
                st.rerun()
            if st.form_submit_button(tr("New one-time code"), key="account_reset"):
                _reset(now, name, reason)
                st.rerun()
            for word, deed in _DEEDS.items():
                if st.form_submit_button(tr(word), key=f"account_{deed.__name__}"):
                    attempt(lambda deed=deed: deed(now.store, now.actor, name, reason))  # type: ignore[misc]
                    st.rerun()


def _reset(now: Here, name: str, reason: str) -> None:
    def deed() -> str:
        code = reset_user(now.store, now.actor, name, reason)
        st.session_state["handed_out"] = (_one_time(name, address_of(now.store)), code)
        return tr("The password of {name} holds no more.", name=name)

    attempt(deed)


def _one_time(name: str, address: str) -> str:
    return tr("One-time code for {name}, good for a day at {address}", name=name, address=f"{address}/password")


def _role(role: str) -> str:
    return tr(_DISPLAY) if role == _DISPLAY else role_word(role)
