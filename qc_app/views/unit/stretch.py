"""Words on what may be behind bad quality."""

from __future__ import annotations

from qc_app.language import figures_of, later, tr

CAUTION = later(
    "What a model reads off the data is where to look first, no proof: what moves together cannot be told apart, and"
    " what nobody measures is not in it."
)
CHANCE = 0.05


def stretch_words(p: float) -> str:
    """Say how likely chance alone makes such a stretch.

    Examples
    --------
    >>> stretch_words(0.005), stretch_words(0.4)
    ('more than chance (p = 0.005)', 'may be chance (p = 0.4)')
    """
    chance = figures_of(f"{p:.2g}")
    if p <= CHANCE:
        return tr("more than chance (p = {p})", p=chance)
    return tr("may be chance (p = {p})", p=chance)
