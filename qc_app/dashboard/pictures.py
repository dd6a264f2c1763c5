"""Charts on the page with their files below: PNG to paste, SVG to print; drawn here, fetched from nowhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import streamlit as st
import vl_convert

from qc_app.dashboard.session import inks
from qc_app.dashboard.theme import FONT

if TYPE_CHECKING:
    import altair as alt

    Drawn = alt.Chart | alt.LayerChart | alt.HConcatChart | alt.VConcatChart

_WIDE = 900
_SCALE = 2.0
#: The converter brings its own letters for this family; those of the page live in the browser.
_LETTERS = "Liberation Sans, Arial, DejaVu Sans, sans-serif"
_DIVIDED = ("hconcat", "vconcat", "concat", "facet", "repeat", "spec")


def show(chart: Drawn, key: str) -> None:
    """Show a chart and offer it as PNG and SVG, made when somebody asks for it.

    Parameters
    ----------
    chart : altair chart
    key : str
        Key of the chart; the downloads have ``<key>_png`` and ``<key>_svg``.
    """
    ground = inks().paper
    with st.container(gap=None, key=f"{key}_picture"):
        st.altair_chart(chart, theme=None, key=key)
        with st.container(horizontal=True, horizontal_alignment="right", gap="small", key=f"{key}_files"):
            st.download_button(
                "PNG", lambda: png(chart, ground), f"{key}.png", "image/png", key=f"{key}_png", type="tertiary"
            )
            st.download_button(
                "SVG", lambda: svg(chart, ground), f"{key}.svg", "image/svg+xml", key=f"{key}_svg", type="tertiary"
            )


def png(chart: Drawn, ground: str) -> bytes:
    """Return a chart as PNG on a ground of its own, at twice the size of the screen."""
    return vl_convert.vegalite_to_png(standing(chart, ground), scale=_SCALE, allowed_base_urls=[])


def svg(chart: Drawn, ground: str) -> bytes:
    """Return a chart as SVG on a ground of its own; texts stay texts."""
    return vl_convert.vegalite_to_svg(standing(chart, ground), allowed_base_urls=[]).encode()


def standing(chart: Drawn, ground: str) -> dict[str, Any]:
    """Return the specification of a chart that stands alone: with a width, a ground, and letters that are there.

    Parameters
    ----------
    chart : altair chart
    ground : str
        ``#rrggbb``; on the page the ground is the page's own.
    """
    told = json.dumps(chart.to_dict()).replace(json.dumps(FONT), json.dumps(_LETTERS))
    spec: dict[str, Any] = json.loads(told)
    if not any(part in spec for part in _DIVIDED) and not isinstance(spec.get("width"), int | float):
        spec["width"] = _WIDE
    spec["background"] = spec.setdefault("config", {})["background"] = ground
    return spec
