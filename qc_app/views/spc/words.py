"""SPC in words: charts, rules, signals, advice and studies, which models tell in English, in the language of now."""

from __future__ import annotations

import polars as pl

from qc_app.language import Phrases, later
from qc_app.views.vocabulary import told_columns

_CHARTS = (
    later("Individuals and moving range"),
    later("EWMA"),
    later("Errors of a forecast"),
    later("CUSUM"),
    later("Moving average"),
    later("Deviation from nominal"),
    later("Z and moving range"),
    later("Mean and range"),
    later("Mean and s"),
    later("Share nonconforming (p)"),
    later("Number nonconforming (np)"),
    later("Laney p'"),
    later("Nonconformities (c)"),
    later("Nonconformities per unit (u)"),
    later("Laney u'"),
    later("Hotelling T2"),
    later("Multivariate EWMA"),
    later("Multivariate CUSUM"),
    later("Principal components, T2 and SPE"),
)
_PANELS = (
    later("individuals"),
    later("moving range"),
    later("ewma"),
    later("forecast error"),
    later("upper sum"),
    later("lower sum"),
    later("moving average"),
    later("deviation from nominal"),
    later("standardized value"),
    later("mean"),
    later("range"),
    later("standard deviation"),
    later("share nonconforming"),
    later("nonconforming units"),
    later("nonconformities"),
    later("nonconformities per unit"),
    later("T2"),
    later("MEWMA"),
    later("MCUSUM"),
    later("SPE"),
)
_SUBJECTS = (
    later("Results"),
    later("Predictions"),
    later("Result less prediction"),
    later("All characteristics"),
    later("All parameters"),
)
_RULES = (
    later("one point beyond 3 sigma"),
    later("one point beyond 2 sigma (a warning)"),
    later("seven points in a row on one side of the centre line"),
    later("eight points in a row on one side of the centre line"),
    later("nine points in a row on one side of the centre line"),
    later("ten points in a row on one side of the centre line"),
    later("six points in a row steadily rising or falling"),
    later("fourteen points in a row alternating up and down"),
    later("two of three points beyond 2 sigma on one side"),
    later("two points in a row beyond 2 sigma on one side"),
    later("two points in a row beyond 2 sigma on opposite sides"),
    later("four of five points beyond 1 sigma on one side"),
    later("four points in a row beyond 1 sigma on one side"),
    later("fifteen points in a row within 1 sigma"),
    later("eight points in a row beyond 1 sigma, on either side"),
    later("beyond"),
)
_SIGNALS = (
    later("two neighbours differ by more than the limit of the moving range"),
    later("the range of a subgroup is above its limit"),
    later("the range of a subgroup is below its limit"),
    later("the standard deviation of a subgroup is above its limit"),
    later("the standard deviation of a subgroup is below its limit"),
    later("weighted average {value} beyond {centre} -+ {half}"),
    later("mean of {n} values {value} beyond {centre} -+ {half}"),
    later("cumulative sum {value} over {limit}: the mean lies above its target"),
    later("cumulative sum {value} over {limit}: the mean lies below its target"),
    later("{what} {value} over {limit}, mostly {names}"),
)
_WARNINGS = (
    later("limits stand on {n} points: provisional below {need}, expect false alarms and misses"),
    later("limits stand on {n} subgroups: provisional below {need}, expect false alarms and misses"),
    later("{n} of {all} points left out: the process was not stable, limits say little"),
    later("{n} of {all} left out: the process was not stable, limits say little"),
    later("the moving range is zero: constant or too coarsely rounded values, every change signals"),
    later("no spread inside the subgroups: constant or too coarsely rounded values, every change signals"),
    later("nothing or everything was found in phase I: no spread, every change signals"),
    later("{n} are expected a point: below 5 the lower side signals late or never, use larger subgroups"),
    later("{part}: no two neighbouring values in phase I, so it is not charted"),
    later("{part}: no value in phase I, so it is not charted"),
    later("covariance of {p} variables from {n} rows: provisional below {need}"),
    later("covariance of {p} variables from {m} subgroups of {n}: provisional below {need} subgroups"),
    later("{n} of {p} components hold {share} of the variance"),
    later("no limits are frozen: these come from the first {first} of the {n} points shown"),
    later("{n} points: provisional below {need}"),
)
_TRIALS = (
    later("They would be {lower} / {centre} / {upper}: {told}. {warning}. {more}."),
    later("They would be {lower} / {centre} / {upper}: {told}. {warning}."),
    later("They would be {lower} / {centre} / {upper}: {told}."),
    later("limits stand on {n} points, {m} excluded with a cause; no point asks for a cause"),
    later("limits stand on {n} points; no point asks for a cause"),
    later("limits stand on {n} points, {m} excluded with a cause; {k} point asks for a cause: {told}"),
    later("limits stand on {n} points; {k} point asks for a cause: {told}"),
    later("limits stand on {n} points, {m} excluded with a cause; {k} points ask for a cause: {told}"),
    later("limits stand on {n} points; {k} points ask for a cause: {told}"),
)
_ADVICE = (
    later("individuals: only {n} values so far, so this is provisional until {need}"),
    later(
        "errors of a forecast: neighbours resemble each other, so limits from their differences would be too narrow",
    ),
    later(
        "EWMA with smoothing .05: values are not normal (Anderson-Darling p {p}), and an average of many stands that "
        "better than single points"
    ),
    later(
        "individuals: {n} single values, independent, nothing against normal; an EWMA beside it finds changes below "
        "1.5 sigma sooner"
    ),
    later(
        "{chart} would signal at every turn, for means vary {ratio} times as much as the spread inside the subgroups "
        "explains: chart single results, or form subgroups that hold this variation"
    ),
    later("{told}; only {n} of them, so provisional"),
    later("{told}; {n} are expected a point, take about {m} units together"),
    later("mean and range: subgroups of {n}, and ranges lose little there"),
    later("mean and s: subgroups of {n}, and s uses them all"),
    later("mean and s: subgroups of {n}, and s follows a size that changes"),
    later("{chart}: {n} found in {m} points, too little for more"),
    later("{chart}: points vary {ratio} times as much as chance allows, plain limits would cry wolf"),
    later("{chart}: shares of units, and they vary no more than chance allows"),
    later("{chart}: counts on equal areas, and they vary no more than chance allows"),
    later("{chart}: counts on areas that differ, and they vary no more than chance allows"),
    later("Z and moving range: {n} products whose spreads differ (Levene's test)"),
    later("deviation from nominal: {n} products that vary alike (Levene's test)"),
    later("principal components: {n} complete rows of {p} variables, collect {m} first"),
    later(
        "principal components, T2 and SPE: variables that nearly follow from each other; a broken relation shows in SPE"
    ),
    later("principal components, T2 and SPE: {p} variables; a broken relation shows in SPE"),
    later("Hotelling T2: {p} variables, {n} rows; a multivariate EWMA beside it for small changes"),
)
_PARTS = (later("{lower} to {upper}"),)
_STUDIES = (
    later("no capability: all {n} values are equal"),
    later("not stable; {index} {value} ({lower} to {upper} at {level}, {n} values, {method})"),
    later("not stable; {index} {value} ({lower} to {upper} at {level}, {n} values)"),
    later("{index} {value} ({lower} to {upper} at {level}, {n} values, {method})"),
    later("{index} {value} ({lower} to {upper} at {level}, {n} values)"),
    later("{n} values: the interval is the message, not the index (at least {need} for an index)"),
    later("not stable: the chart signals, so capability is a statement about the past only"),
    later("no spread between neighbours: constant or too coarsely rounded values, no index"),
    later("overall spread far above the spread within: the process wanders or is autocorrelated, use Ppk"),
    later(
        "not normal (Anderson-Darling {statistic}, p {p}; {n} values): expected ppm and Cpk may mislead, ask for a "
        "fitted distribution"
    ),
    later("{n} values: their outer percentiles are the extremes themselves below {need}"),
    later("box-cox (power {power})"),
    later("fitted {family}"),
    later("percentiles"),
)
_GAUGES = (
    later("Recorded: {told}."),
    later(
        "{verdict}: gauge R&R is {share} of the total variation and {tolerance} of the tolerance, {n} distinct "
        "categories (standard deviation {sd})"
    ),
    later("{verdict}: gauge R&R is {share} of the total variation, {n} distinct categories (standard deviation {sd})"),
    later("no bias is shown: {off} ({lower} to {upper} at {level}, {n} readings)"),
    later("the gauge is biased: {off} ({lower} to {upper} at {level}, {n} readings)"),
    later("the gauge suits this tolerance: Cg {cg} ({lower} to {upper}), Cgk {cgk} (at least {need})"),
    later("the gauge does not suit this tolerance: Cg {cg} ({lower} to {upper}), Cgk {cgk} (at least {need})"),
    later("good"),
    later("marginal"),
    later("not acceptable"),
    later("crossed"),
    later("type 1"),
    later("bias"),
    later("linearity"),
    later("attribute"),
    later("gauge R&R"),
    later("repeatability"),
    later("reproducibility"),
    later("appraiser"),
    later("interaction"),
    later("part to part"),
    later("total"),
)
_OTHERS = (
    later("T2 less T2 without the variable"),
    later("share of the variable in T2 / limit + SPE / limit"),
    later("share of the variable in the point"),
    later("markov chain"),
    later("closed form"),
    later("integral equation"),
    later("simulation"),
    later("average moving range"),
    later("median moving range"),
    later("average range"),
    later("average standard deviation"),
    later("pooled standard deviation"),
    later("moving range of standardized rates"),
    later("binomial"),
    later("Poisson"),
    later("covariance"),
    later("given"),
    later("Unit {unit} of {place} is excluded: {reason}. Freeze limits anew for it to tell on them."),
    later("Unit {unit} of {place} counts again: {reason}."),
)
SPC = (
    *(*_CHARTS, *_PANELS, *_SUBJECTS, *_RULES, *_TRIALS, *_ADVICE, *_STUDIES, *_GAUGES),
    *(*_WARNINGS, *_OTHERS, *_SIGNALS),
)
_PHRASES = Phrases(SPC, _PARTS)


def spc_words(text: str) -> str:
    """Return a name or a sentence of a chart, a rule, a study or an adviser in the language of now.

    Examples
    --------
    >>> from qc_app.language import speaking
    >>> with speaking("de"):
    ...     spc_words("mean of 5 values -3.5 beyond 0.25 -+ 1.5"), spc_words("Moving average")
    ('Mittelwert aus 5 Werten −3,5 außerhalb 0,25 ∓ 1,5', 'Gleitender Mittelwert')
    """
    return _PHRASES.retold(text)


def spc_column(table: pl.DataFrame, *columns: str) -> list[pl.Series]:
    """Return columns of such names and sentences in the language of now; a name of a rule's book stays as it is."""
    return told_columns(table, _PHRASES.word, *columns)


def retold(table: pl.DataFrame, *columns: str) -> list[pl.Series]:
    """Return columns of sentences in the language of now, visibly English where no template fits."""
    return told_columns(table, spc_words, *columns)
