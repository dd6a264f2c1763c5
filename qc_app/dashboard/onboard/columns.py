"""Step 2: what each column is; guessed from a sample, checked and changed here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from qc_app.dashboard import markup
from qc_app.dashboard.onboard.state import draft, keep, seeded
from qc_app.dashboard.session import Here
from qc_app.language import bound, later, tr
from qc_app.views.onboard import ARRIVAL, EACH, MEASURED, SET, UNUSED, Chosen, Draft, guessed_because

_ROW = 35
_TWICE = {
    "reject": later("set aside, with the reason"),
    "earliest": later("the first of the two"),
    "latest": later("the second of the two"),
}


def columns_step(now: Here) -> None:
    """Ask who names the unit and its time, what inspection measures, and what the parameters are called."""
    so_far = draft()
    names = [c.column for c in so_far.columns]
    st.html(markup.heading(tr("Unit and time"), tr("each row is a unit: what names it, and when it was made")))
    so_far = _identity(so_far, names)
    so_far = so_far if so_far.by_tag else _times(so_far, now)
    st.html(markup.heading(tr("What inspection measures"), tr("the columns with results that are to be predicted")))
    may_be = [c.column for c in so_far.columns if c.use in {SET, MEASURED} or (c.use == UNUSED and c.texts)]
    may_be = [column for column in may_be if column != so_far.time_column]
    measured = st.multiselect(
        tr("Results"), may_be, key=seeded("onb_c_results", [c.column for c in so_far.used(MEASURED)]),
        placeholder=tr("Choose the columns with results"),
    )  # fmt: skip
    so_far = _measured(so_far, measured).with_owed(_elsewhere(so_far).split(","))
    st.html(markup.heading(tr("Parameters"), tr("what the machine does: name and unit as the plant will know them")))
    keep(_parameters(so_far))


def _elsewhere(so_far: Draft) -> str:
    """Ask for the results that the source does not hold; names, with commas between them."""
    return st.text_input(
        tr("Measured elsewhere, or later"), key=seeded("onb_c_owed", ", ".join(c.name for c in so_far.owed)),
        placeholder=tr("e.g. {example}", example="roughness, hardness"), max_chars=500,
        help=tr("Results that stand in no column here. Name them, with commas between. At the next step name the folder"
                " in which they arrive, or enter them on the page Labels later."),
    )  # fmt: skip


def _identity(so_far: Draft, names: list[str]) -> Draft:
    first, second, third = st.columns(3, gap="medium")
    units, times = _offered(so_far, names)
    unit = first.selectbox(
        tr("Names the unit"), units, key=seeded("onb_c_unit", so_far.unit_column or units[0]),
        format_func=_called(so_far),
        help=tr("A number or name that no other unit has. Where nothing numbers the units, choose the time."),
    )  # fmt: skip
    time = second.selectbox(
        tr("Says when"), times, key=seeded("onb_c_time", so_far.time_column or None), format_func=_called(so_far),
        placeholder=tr("No column looks like a time: choose it"),
    )  # fmt: skip
    decimal = third.segmented_control(
        tr("Decimal sign"), [".", ","], key=seeded("onb_c_decimal", so_far.decimal), required=True,
        format_func=bound(lambda sign: tr("point 1.5") if sign == "." else tr("comma 1,5")),
    )  # fmt: skip
    why = next((c.why for c in so_far.columns if c.column == time), "")
    example = next((c.example for c in so_far.columns if c.column == time), "")
    if example:
        st.html(
            markup.note(
                tr("{time}: {why}, e.g. {example}", time=time, why=guessed_because(why), example=example)
                if why
                else tr("{time}: e.g. {example}", time=time, example=example)
            )
        )
    return replace(so_far, unit_column=unit, time_column=time or "", decimal="," if decimal == "," else ".")


def _offered(so_far: Draft, names: list[str]) -> tuple[list[str], list[str]]:
    """Return what may name the unit, and what its time: a live source may leave both to the moment of telling."""
    if so_far.by_tag:
        return [EACH, *names], [ARRIVAL]
    arrival = [ARRIVAL] if so_far.live and ARRIVAL not in names else []
    return [*names, *arrival], [*names, *arrival]


def _called(so_far: Draft) -> Callable[[str], str]:
    columns = {c.column for c in so_far.columns}
    words = {ARRIVAL: tr("the time at which it was told"), EACH: tr("nothing: each moment is a unit of its own")}
    return lambda name: name if name in columns or not so_far.live else words.get(name, name)


def _times(so_far: Draft, now: Here) -> Draft:
    settings = dict(so_far.settings)
    first, second, third = st.columns(3, gap="medium")
    form = first.text_input(
        tr("Form of the time"), key=seeded("onb_c_form", settings.get("time_format", "")), placeholder="ISO 8601",
        max_chars=60, help=tr("Empty: like 2026-03-01 14:05. Else in strptime's signs: %d.%m.%Y %H:%M"),
    )  # fmt: skip
    zone = second.text_input(
        tr("Zone of the time"), key=seeded("onb_c_zone", so_far.zone), placeholder=now.plant.zone, max_chars=60,
        help=tr("Whose clocks wrote it, e.g. Europe/Berlin. Empty where the time itself says its offset."),
    )  # fmt: skip
    twice = third.selectbox(
        tr("The hour that comes twice"), list(_TWICE), key=seeded("onb_c_twice", settings.get("ambiguous", "reject")),
        format_func=bound(lambda key: tr(_TWICE[key])),
        help=tr("At the end of summer time, where the time does not say its offset"),
    )  # fmt: skip
    told = {"time_format": form.strip(), "ambiguous": "" if twice == "reject" else twice}
    settings = {k: v for k, v in settings.items() if k not in told} | {k: v for k, v in told.items() if v}
    return replace(so_far, settings=settings, zone=zone.strip())


def _measured(so_far: Draft, names: list[str]) -> Draft:
    """Return the draft with exactly these columns as results; one that is none any more is what it was before."""
    for chosen in so_far.columns:
        if (chosen.column in names) != (chosen.use == MEASURED):
            before = UNUSED if chosen.texts else SET
            so_far = so_far.with_column(replace(chosen, use=MEASURED if chosen.column in names else before))
    return so_far


def _parameters(so_far: Draft) -> Draft:
    """Show the columns that can be parameters as a table to edit; the table is made anew when its rows change."""
    taken = {so_far.unit_column, so_far.time_column}
    rows = [c for c in so_far.columns if c.use in {SET, UNUSED} and c.column not in taken]
    asked = tuple(c.column for c in rows)
    if st.session_state.get("onb_c_asked") != asked:
        st.session_state["onb_c_asked"] = asked
        st.session_state["onb_c_base"] = pd.DataFrame([_row(c) for c in rows])
        st.session_state["onb_c_turn"] = st.session_state.get("onb_c_turn", 0) + 1
    edited = st.data_editor(
        st.session_state["onb_c_base"],
        key=f"onb_c_table_{st.session_state['onb_c_turn']}",
        hide_index=True,
        placeholder="–",
        column_config=_config(),
        height=min(len(rows), 14) * _ROW + _ROW + 2,
    )
    for chosen, row in zip(rows, edited.to_dict("records"), strict=True):
        so_far = so_far.with_column(_edited(chosen, row))
    return so_far


def _row(chosen: Chosen) -> dict[str, Any]:
    return {
        "use": chosen.use == SET,
        "column": chosen.column,
        "name": chosen.name,
        "unit": chosen.unit,
        "low": chosen.low,
        "high": chosen.high,
        "example": chosen.example,
        "why": guessed_because(chosen.why),
    }


def _edited(chosen: Chosen, row: dict[str, Any]) -> Chosen:
    low, high = (None if row[k] is None or pd.isna(row[k]) else float(row[k]) for k in ("low", "high"))
    unit = str(row["unit"] or "").strip()
    works_in = chosen.works_in if unit == chosen.unit else ""
    return replace(chosen, use=SET if row["use"] else UNUSED, name=str(row["name"] or "").strip(), unit=unit,
                   works_in=works_in, low=low, high=high)  # fmt: skip


def _config() -> dict[str, Any]:
    return {
        "use": st.column_config.CheckboxColumn(tr("Use"), width="small"),
        "column": st.column_config.TextColumn(tr("Column"), disabled=True),
        "name": st.column_config.TextColumn(tr("Name in the plant"), max_chars=200, required=True),
        "unit": st.column_config.TextColumn(
            tr("Unit"), max_chars=40, help=tr("In which it comes, e.g. degC, bar, mm, m/s")
        ),
        "low": st.column_config.NumberColumn(tr("Lowest possible"), help=tr("A value below is not a value")),
        "high": st.column_config.NumberColumn(tr("Highest possible"), help=tr("A value above is not a value")),
        "example": st.column_config.TextColumn(tr("Example"), disabled=True),
        "why": st.column_config.TextColumn(tr("Guessed because"), disabled=True),
    }
