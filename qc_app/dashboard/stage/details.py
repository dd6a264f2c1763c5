"""Details of a stage: capability, what changed, the parameters' courses."""

from __future__ import annotations

import streamlit as st

from qc_app.dashboard import charts, markup
from qc_app.dashboard.session import Here, inks, say
from qc_app.language import tr
from qc_app.views import StageView, by_effect, figure, interval, parameters, recorded

SHOWN = 8


def capability(view: StageView) -> None:
    """Show the capability in a sentence, with its interval and whether it may be believed."""
    v = view.values
    st.html(markup.heading(tr("Capability"), tr("never without its interval")))
    if v.get("index_value") is None:
        say(
            tr(
                "No capability: it needs a specification limit and measured results of a process "
                "that can be called stable."
            )
        )
        return
    sure = interval(v.get("index_lower"), v.get("index_upper"))
    index, value = v.get("index", ""), figure(v["index_value"])
    worth = tr("{index} {value}, with 90 % confidence {range}.", index=index, value=value, range=sure)
    shaken = v.get("stable") is False
    tail = tr("The chart signals: the process is not stable, so this says what was, not what will be.")
    say(f"{worth} {tail}" if shaken else worth, "watch" if shaken else "")


def changes(view: StageView) -> None:
    """Show the drift verdicts, the largest effect first."""
    st.html(markup.heading(tr("What changed"), tr("the largest effect first")))
    drifted = sorted((d for d in view.drift if d.drifted), key=lambda d: (not d.matters, -abs(d.effect)))
    for report in drifted[:5]:
        say(recorded(report.sentence), "watch" if report.matters else "")
    if not drifted and view.drift:
        say(tr("No drift: {n} tests, nothing moved more than chance allows.", n=len(view.drift)))
    elif not drifted:
        say(
            recorded(str(view.values.get("drift_sentence") or ""))
            or tr("Drift is not known yet: too few units so far, or no night has tested it.")
        )
    if view.drift and st.button(tr("See before and now"), key="stage_drift", type="tertiary"):
        place = {"stage": view.stage.id, "what": view.characteristic.name}
        st.switch_page(st.session_state["pages"]["drift"], query_params=place)


def courses(view: StageView, now: Here, window: str) -> None:
    """Show the parameters as small multiples."""
    names = by_effect(view.stage, view.drift)
    if not names:
        return
    st.html(
        markup.heading(
            tr("Parameters"),
            tr("{shown} of {all}, those that changed most first", shown=min(SHOWN, len(names)), all=len(names)),
        )
    )
    key = "stage_parameters"
    with st.popover(tr("Choose parameters"), key=f"{key}_open"):
        chosen = st.multiselect(tr("Shown"), names, names[:SHOWN], key=f"{key}_{view.stage.id}", max_selections=24)
    drawn = parameters(now.store, now.plant, view.stage.id, chosen, window)
    units = {p.name: p.unit for p in view.stage.parameters}
    with st.grid(4, min_column_width=260, gap="small"):
        for n, name in enumerate(chosen):
            with st.container(key=f"{key}_{n}", gap=None):
                st.html(markup.heading(name, units[name]))
                if name in drawn and drawn[name].height:
                    chart = charts.parameter_chart(drawn[name], name, units[name], inks())
                    st.vega_lite_chart(chart, theme=None, key=f"{key}_chart_{n}")
                else:
                    say(tr("no value in this window"))
