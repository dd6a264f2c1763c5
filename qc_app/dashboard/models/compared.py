"""Models page: the challenger against the champion on the same units."""

from __future__ import annotations

import math

import streamlit as st

from qc_app.dashboard import markup
from qc_app.language import dated, tr
from qc_app.views import ModelsView, figure, interval


def compared(view: ModelsView) -> None:
    """Show both errors on units that neither had seen, and the gain; nothing where no verdict compared."""
    found = view.compared
    if found is None:
        return
    places, unit = _places((found.gain, found.lower, found.upper), view.places + 1), view.characteristic.unit
    note = tr("{n} that neither had seen, verdict of {day}", n=found.rows, day=dated(found.day))
    st.html(markup.heading(tr("On the same units"), note))
    gain = interval(found.lower, found.upper, places) if found.lower is not None else tr("too few units to say")
    facts = [
        markup.Fact(tr("Champion's error"), figure(found.loss_champion, places), unit, found.champion),
        markup.Fact(tr("Challenger's error"), figure(found.loss_challenger, places), unit, found.challenger),
        markup.Fact(tr("Challenger gains"), figure(found.gain, places), unit, gain),
    ]
    st.html(markup.facts(facts))


def _places(bounds: tuple[float | None, ...], usual: int) -> int:
    """Return so many decimals that a gain can be told from none: two digits of it and of what bounds it."""
    sizes = [abs(one) for one in bounds if one]
    return max(usual, 1 - math.floor(math.log10(max(sizes)))) if sizes else usual
