"""Step 4: the first rows as ingest would store them, what would be set aside and why, and the error to expect."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from qc_app.dashboard import markup, tables
from qc_app.dashboard.onboard.state import draft, trial_of
from qc_app.dashboard.session import Here, say
from qc_app.language import count, figures_of, tr
from qc_app.views.data.words import delivery_words
from qc_app.views.onboard import Foreseen, Trial, foreseen, given_away, in_the_future

_SHOWN = 20


def preview_step(now: Here) -> None:
    """Show what a sample becomes."""
    so_far = draft()
    trial = trial_of(now)
    _facts(trial)
    st.html(markup.heading(tr("As it would be stored"), tr("the first {n} units, times in the plant's zone", n=_SHOWN)))
    _rows(trial, now)
    for sentence in (*in_the_future(trial, now.store), *given_away(trial)):
        say(sentence, "watch")
    if trial.rejects:
        _rejects(trial)
    if so_far.results():
        st.html(markup.heading(tr("Error to expect"), tr("how far a prediction lies from the result, in the mean")))
    for told in foreseen(now.store, so_far, trial):
        _foreseen(told)


def _facts(trial: Trial) -> None:
    aside = len(trial.rejects)
    st.html(
        markup.facts(
            [
                markup.Fact(tr("Read"), count(trial.received), note=tr("records of the sample")),
                markup.Fact(tr("Units"), count(trial.rows.height), note=tr("could be stored")),
                markup.Fact(tr("Results"), count(trial.labels.height), note=tr("could be stored")),
                markup.Fact(tr("Doubtful"), count(trial.flawed), note=tr("units with a bad or uncertain value"),
                            state="watch" if trial.flawed else ""),
                markup.Fact(tr("Set aside"), count(aside),
                            note=tr("with a reason each, below") if aside else tr("nothing"),
                            state="act" if aside and not trial.rows.height else "watch" if aside else ""),
            ]
        )
    )  # fmt: skip


def _rows(trial: Trial, now: Here) -> None:
    named = [p.name for p in trial.stage.parameters]
    rows = trial.rows.head(_SHOWN).select("unit_id", "t_event", *named, "quality")
    results = [c.name for c in trial.stage.characteristics]
    for name in results:
        rows = rows.join(trial.labels_of(name).rename({"value": name}), on="unit_id", how="left", maintain_order="left")
    columns: dict[str, Any] = {"unit_id": tr("Unit"), "t_event": tr("Made")}
    units = [(c.name, c.unit) for c in trial.stage.characteristics] + [(p.name, p.unit) for p in trial.stage.parameters]
    for name, unit in units:
        heading = f"{name} ({unit})" if unit else name
        columns[name] = st.column_config.NumberColumn(heading, format="%.7g")
    empty = tr("Not one row could be stored: read below why, and correct step 2.")
    tables.show(rows, "onboard_rows", {**columns, "quality": tr("Quality")}, zone=now.plant.zone, rows=10, empty=empty)


def _rejects(trial: Trial) -> None:
    st.html(markup.heading(tr("Set aside"), tr("kept with the reason; a corrected step 2 or file takes them up")))
    kept = [(r.offset + 1, r.reason, delivery_words(r.message), r.raw) for r in trial.rejects[:200]]
    frame = pl.DataFrame(kept, schema=["row", "reason", "message", "raw"], orient="row")
    tables.show(frame, "onboard_rejects", tables.headings(frame.columns), rows=6)


def _foreseen(told: Foreseen) -> None:
    if told.points:
        facts = [
            markup.Fact(
                tr("{characteristic}, {n} labels", characteristic=told.characteristic, n=n),
                figures_of(f"±{error:.2g}"),
                note=tr("{lower} to {upper}", lower=figures_of(f"{lower:.2g}"), upper=figures_of(f"{upper:.2g}")),
            )
            for n, error, lower, upper in told.points
        ]
        st.html(markup.facts(facts))
    st.html(markup.note(f"{told.characteristic}: {told.sentence}."))
