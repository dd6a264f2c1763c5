"""The palette, once: for the page's style sheet, the charts, the sparklines and Streamlit's own options."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from qc_app.language import picture_locale

FONT = "Source Sans, Source Sans 3, sans-serif"
_STYLE = Path(__file__).with_name("style.css")


@dataclass(frozen=True, slots=True)
class Palette:
    """Inks of one theme: greys for the normal, three colours for what is not.

    Parameters
    ----------
    paper, panel : str
        Ground of the page, ground of boxes and inputs.
    ink, soft, faint, hair : str
        Text and measured values; secondary text; unobtrusive marks; rules and frames.
    act, watch, info : str
        Red demands, amber asks, blue informs; as text each has a contrast of 4.5 or more on `paper`. The red leans to
        crimson and the amber to yellow, so that they differ for an eye that lacks red or green too.
    model : str
        What a model said: predicted values and their interval.
    """

    paper: str
    panel: str
    ink: str
    soft: str
    faint: str
    hair: str
    act: str
    watch: str
    info: str
    model: str


LIGHT = Palette(
    paper="#f5f6f7",
    panel="#ffffff",
    ink="#1c2127",
    soft="#59626c",
    faint="#9aa3ad",
    hair="#d9dde2",
    act="#a11a33",
    watch="#87690d",
    info="#1f5fa8",
    model="#4d6f94",
)
DARK = Palette(
    paper="#14171b",
    panel="#1c2026",
    ink="#e3e7eb",
    soft="#a0a9b4",
    faint="#6b7581",
    hair="#333a43",
    act="#ff6f85",
    watch="#f2c14e",
    info="#82b4f2",
    model="#8fb0d3",
)


def palette(*, dark: bool) -> Palette:
    """Return the palette of a theme.

    Examples
    --------
    >>> palette(dark=True).paper
    '#14171b'
    """
    return DARK if dark else LIGHT


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two ``#rrggbb`` colours (WCAG 2.2, relative luminance), 1 to 21.

    Examples
    --------
    >>> contrast("#ffffff", "#000000")
    21.0
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return round((light + 0.05) / (dark + 0.05), 2)


def style() -> str:
    """Return the page's style sheet: the inks as variables that follow the theme, then ``style.css``."""
    dark = asdict(DARK)
    inks = "".join(f"--qc-{name}: light-dark({light}, {dark[name]});" for name, light in asdict(LIGHT).items())
    return f"<style>.stApp {{{inks}}}\n{_STYLE.read_text(encoding='utf-8')}</style>"


def options() -> dict[str, str]:
    """Return Streamlit's theme options for both themes.

    Examples
    --------
    >>> options()["theme.dark.backgroundColor"]
    '#14171b'
    """
    shared = {
        "theme.baseFontSize": "15",
        "theme.baseRadius": "4px",
        "theme.headingFontWeights": "600",
        "theme.showWidgetBorder": "true",
    }
    for name, inks in (("light", LIGHT), ("dark", DARK)):
        shared |= {
            f"theme.{name}.primaryColor": inks.info,
            f"theme.{name}.backgroundColor": inks.paper,
            f"theme.{name}.secondaryBackgroundColor": inks.panel,
            f"theme.{name}.textColor": inks.ink,
            f"theme.{name}.borderColor": inks.hair,
            f"theme.{name}.dataframeBorderColor": inks.hair,
            f"theme.{name}.dataframeHeaderBackgroundColor": inks.panel,
            f"theme.{name}.linkColor": inks.info,
            f"theme.{name}.sidebar.backgroundColor": inks.panel,
        }
    return shared


def vega(inks: Palette) -> dict[str, Any]:
    """Return the Vega-Lite configuration of every chart: thin lines, few ticks, no frame, local numbers.

    Examples
    --------
    >>> vega(LIGHT)["background"]
    'transparent'
    """
    axis = {
        "labelColor": inks.soft,
        "titleColor": inks.soft,
        "gridColor": inks.hair,
        "domainColor": inks.hair,
        "tickColor": inks.hair,
        "labelFont": FONT,
        "titleFont": FONT,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridOpacity": 0.6,
        "labelPadding": 6,
    }
    return {
        "background": "transparent",
        "font": FONT,
        "view": {"stroke": None},
        "axis": axis,
        "axisX": {"grid": False, "labelFlush": True, "labelOverlap": "greedy"},
        "title": {"color": inks.ink, "font": FONT, "fontSize": 13, "fontWeight": 600, "anchor": "start"},
        "text": {"font": FONT, "fontSize": 12},
        **picture_locale(),
    }


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
