"""A form for the settings of any kind of source, and what each step of trying it said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from qc_app.actions import accept_certificate, stopped, try_source
from qc_app.dashboard import markup
from qc_app.dashboard.onboard.state import seeded
from qc_app.dashboard.session import Here, attempt, say
from qc_app.errors import ActionError
from qc_app.language import bound, dated, later, tr
from qc_app.views import recorded
from qc_app.views.data.certificates import pending_certificates
from qc_app.views.onboard import MESSAGES, Offered, Source, asked_source, network_kinds, settings_asked

_PROBES = "onboard_probes"
_ROW, _ALONG = later("a whole row"), later("a single value")
_REGISTERS = "temperature = holding 100 float32 order=cdab\nspeed = input 4 uint16 scale=0.1"
_REFERENCE = later("Where it stands, never the secret itself: env:NAME or file:PATH")


def network_form(now: Here, stage: str) -> tuple[Source | ActionError, str]:
    """Ask for a source on the network; return it, or what is still missing, and which of its tags are wanted."""
    kinds = network_kinds()
    kind = str(st.selectbox(tr("Kind"), list(kinds), key=seeded("onb_net", "opcua"), format_func=kinds.__getitem__))
    more, registers = {}, ""
    if kind in MESSAGES:
        told = st.segmented_control(
            tr("A message tells"), [_ROW, _ALONG], key=seeded("onb_told", _ROW), required=True, format_func=bound(tr)
        )
        more = {"rows": "moment"} if told == _ALONG else {}
    typed = settings_form(kind)
    if kind == "opcua" and not typed.get("pki") and typed.get("security") != "None":
        typed["pki"] = str(now.store.certificates(stage or "new"))
    if kind == "modbus":
        registers = st.text_area(
            tr("Registers"), key=seeded("onb_registers", ""), placeholder=_REGISTERS, max_chars=100_000,
            help=tr("One a line: a name, =, area, address from 0, type. A device does not tell which it has."),
        )  # fmt: skip
    only = st.text_input(
        tr("Only tags with"), key=seeded("onb_only", ""), placeholder=tr("e.g. Press3, Furnace"), max_chars=500,
        help=tr("A part of their names, several with commas. Empty: all of them."),
    )  # fmt: skip
    return _settled(kind, typed, registers, more), only


def settings_form(kind: str) -> dict[str, str]:
    """Ask for the settings of a kind: what is needed in fields, all others in a table; return what was typed."""
    settings = settings_asked(kind)
    first = [s for s in settings if s.needed or s.asked]
    typed: dict[str, str] = {}
    columns = st.columns(2, gap="medium")
    for n, one in enumerate(first):
        typed[one.key] = _field(kind, one, columns[n % 2])
    rest = [s for s in settings if not (s.needed or s.asked)]
    with st.expander(tr("Further settings"), key="onboard_further"):
        typed |= _table(kind, rest)
    return typed


def _field(kind: str, one: Offered, column: Any) -> str:
    key = f"onb_s_{kind}_{one.key}"
    if isinstance(one.default, bool):
        return str(column.toggle(one.key, key=seeded(key, one.default), help=_meaning(one))).lower()
    shown = tr("env:NAME or file:PATH") if one.secret else str(one.default or "")
    return str(
        column.text_input(
            one.key + (tr(" (needed)") if one.needed else ""), key=seeded(key, ""), placeholder=shown, max_chars=1000,
            help=tr(_REFERENCE) if one.secret else _meaning(one),
        )
    )  # fmt: skip


def _table(kind: str, rest: list[Offered]) -> dict[str, str]:
    rows = [{"setting": s.key, "value": "", "default": _written(s.default), "meaning": _meaning(s)} for s in rest]
    edited = st.data_editor(
        pd.DataFrame(rows, columns=list(_SETTING)), key=f"onb_more_{kind}", hide_index=True, column_config=_config()
    )
    return {str(row["setting"]): str(row["value"] or "") for row in edited.to_dict("records")}


def _meaning(one: Offered) -> str | None:
    return tr(one.text) if one.text else None


def _written(default: object) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)


def _settled(kind: str, typed: Mapping[str, str], registers: str, more: Mapping[str, str]) -> Source | ActionError:
    try:
        return asked_source(kind, typed, registers, more)
    except ActionError as missing:
        return missing


def tried_out(now: Here, source: Source) -> None:
    """Try a source and keep what each step said.

    Raises
    ------
    NotAllowed
        Below engineer.
    ActionError
        In the words of the step that failed.
    """
    st.session_state[_PROBES] = []
    st.session_state[_PROBES] = probes = try_source(now.store, now.actor, source)
    failed = stopped(probes)
    if failed is not None:
        raise ActionError(failed.message)


def steps_told() -> None:
    """Show what each step of the last trial said."""
    for probe in st.session_state.get(_PROBES, ()):
        state, mark = ("", "✓") if probe.ok else ("act", "■")
        st.html(markup.line(state, f"{mark} {probe.step}", recorded(probe.message)))


def pending_told(now: Here, stage: str) -> None:
    """Let a person accept the certificate of a server that nobody has accepted yet."""
    one = next(iter(pending_certificates(now.store.certificates(stage or "new"))), None)
    if one is None:
        return
    st.html(markup.heading(tr("Certificate of the server"), tr("compare it with what the server itself shows")))
    say(
        tr(
            "{subject}, SHA-256 {thumbprint}, valid until {until}",
            subject=one.subject,
            thumbprint=one.thumbprint,
            until="–" if one.until is None else dated(one.until),
        ),
        "watch",
    )
    why = st.text_input(
        tr("How it was compared"), key="onb_compared", max_chars=2000, placeholder=tr("for the audit trail")
    )
    if st.button(tr("Accept this certificate"), key="onb_accept"):
        attempt(lambda: "; ".join(accept_certificate(now.store, now.actor, one.thumbprint, why)))
        st.rerun()


_SETTING = ("setting", "value", "default", "meaning")


def _config() -> dict[str, Any]:
    return {
        "setting": st.column_config.TextColumn(tr("Setting"), disabled=True),
        "value": st.column_config.TextColumn(tr("Value"), max_chars=1000),
        "default": st.column_config.TextColumn(tr("If left empty"), disabled=True),
        "meaning": st.column_config.TextColumn(tr("Meaning"), disabled=True, width="large"),
    }
