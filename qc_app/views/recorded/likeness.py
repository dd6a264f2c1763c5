"""Why a stage is near to another: what both share and where they differ, as models tell it."""

from __future__ import annotations

from qc_app.language import Phrases, later

_LIKENESS = (
    later("same parameters"),
    later("{n} of {m} parameters shared"),
    later("other parameters"),
    later("same level"),
    later("level {n} spreads higher"),
    later("level {n} spreads lower"),
    later("level {share} higher"),
    later("level {share} lower"),
    later("spread {n} times as wide"),
    later("similar {feature}"),
    later("more {feature}"),
    later("less {feature}"),
)
_FEATURES = (
    later("number of labels"),
    later("number of units"),
    later("number of parameters"),
    later("labels a parameter"),
    later("share of missing values"),
    later("share of constant parameters"),
    later("skew"),
    later("tails"),
    later("evenness of spread"),
    later("share of repeated values"),
    later("correlation of parameters"),
    later("effective dimension"),
    later("main direction"),
    later("memory in time"),
    later("drift of parameters"),
    later("skew of the labels"),
    later("tails of the labels"),
    later("level"),
    later("spread"),
    later("level over spread"),
    later("share of distinct labels"),
    later("memory of the labels"),
    later("drift of the labels"),
    later("strongest parameter"),
    later("number of parameters that matter"),
    later("share explained by a line"),
    later("share explained smoothly"),
    later("curvature"),
    later("noise"),
    later("roughness"),
)
_PHRASES = Phrases(_LIKENESS, _FEATURES, joint=", ")


def likeness(reason: str) -> str:
    """Return why a stage is near to another in the language of now.

    Examples
    --------
    >>> from qc_app.language import speaking
    >>> with speaking("de"):
    ...     likeness("3 of 4 parameters shared, similar roughness, same level")
    '3 von 4 Parametern gemeinsam, ähnlich: Rauheit, gleiche Lage'
    """
    return _PHRASES.retold(reason)
