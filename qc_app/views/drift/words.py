"""Drift in words: sentences of tests and of failed sensors, told again in the language of now."""

from __future__ import annotations

from types import MappingProxyType

from qc_app.language import ENGLISH, Phrases, later, signed, spoken, tr

_FAULTS = MappingProxyType(
    {
        "stuck": later("Stuck"),
        "flat line": later("Flat line"),
        "missing": later("Missing"),
        "noise loss": later("Noise lost"),
        "noise gain": later("More noise"),
        "spikes": later("Spikes"),
        "unit jump": later("Jump by a unit"),
        "clock skew": later("Clock skew"),
    }
)
_SUBJECTS = MappingProxyType(
    {"residuals": later("residuals"), "parameters together": later("parameters together")},
)

_OF_TESTS = (
    later("{told} (and {names}); it tells on {names_concerned}"),
    later("{told}; it tells on {names_concerned}"),
    later("{told}; it moves the predicted {name} by {part} {unit}, of {total} in all"),
    later("{told}; it moves the predicted {name} by {part} of {total} in all"),
    later("parameters together no longer go as before: {growth} times the usual misfit, mostly {names} ({test})"),
    later("parameters together: they go as before ({test})"),
    later("{name}: no verdict ({reason})"),
    later("{subject} are as before ({test})"),
    later("{subject} spread {ratio} times as wide since about label {label} of {n}; {error} ({test})"),
    later("{subject} rose by {shift} since about label {label} of {n}; {error} ({test})"),
    later("{subject} fell by {shift} since about label {label} of {n}; {error} ({test})"),
    later("mean absolute error grew by {share}"),
    later("mean absolute error fell by {share}"),
    later("{told}, without effect on the prediction ({test}; {reason})"),
    later("{name} has not moved at equal context ({test}; {reason})"),
    later("{name} has not moved ({test}; {reason})"),
    later("{told}, most in {context} ({test}; {reason})"),
    later(
        "{name} moved by {shift} sd over the newest {n} units at equal context (median {before} -> {now}) "
        "({test}; {reason})"
    ),
    later(
        "{name} moved by {shift} sd against what the others make of it at equal context "
        "(median {before} -> {now}) ({test}; {reason})"
    ),
    later("{name} moved by {shift} sd at equal context (median {before} -> {now}) ({test}; {reason})"),
    later("{name} moved by {shift} sd over the newest {n} units (median {before} -> {now}) ({test}; {reason})"),
    later(
        "{name} moved by {shift} sd against what the others make of it (median {before} -> {now}) ({test}; {reason})"
    ),
    later("{name} moved by {shift} sd (median {before} -> {now}) ({test}; {reason})"),
    later("{told}, most in {context}"),
    later("{name} moved by {shift} sd over the newest {n} units at equal context (median {before} -> {now})"),
    later("{name} moved by {shift} sd against what the others make of it at equal context (median {before} -> {now})"),
    later("{name} moved by {shift} sd at equal context (median {before} -> {now})"),
    later("{name} moved by {shift} sd over the newest {n} units (median {before} -> {now})"),
    later("{name} moved by {shift} sd against what the others make of it (median {before} -> {now})"),
    later("{name} moved by {shift} sd (median {before} -> {now})"),
    later("{test} {statistic} > {threshold}, p {p}, n {n} worth {effective} independent"),
    later("{test} {statistic} <= {threshold}, p {p}, n {n} worth {effective} independent"),
    later("{test} {statistic} > {threshold}, p {p}, n {n}"),
    later("{test} {statistic} <= {threshold}, p {p}, n {n}"),
)
_REASONS = (
    later("only {n} different values"),
    later("one value in {share} of units"),
    later("neighbours alike over {n} units"),
    later("the others explain {share} of it"),
    later("far tails"),
    later("light tails"),
    later("heavy tails"),
    later("its sensor failed, so its drift says nothing of the process"),
    later("{n} reference and {m} current values, {first} and {second} are needed"),
    later("{n} reference and {m} current labels, {first} and {second} are needed"),
    later("values stay alike over {n} units: {m} of each are needed"),
    later("{n} reference and {m} current units, {first} of each are needed"),
    later("{n} reference units for a plane of {m} parameters"),
    later("{n} current units are needed"),
    later("no model yet to hold the units against"),
)
_OF_SENSORS = (
    later("{name}: stuck at {value} over {n} units in a row, at most {most} before"),
    later("{name}: stuck at {value} over {n} rows, at most {most} before"),
    later("{name}: flat line at {value} over {n} units in a row, at most {most} before"),
    later("{name}: flat line at {value} over {n} rows, at most {most} before"),
    later("{name}: missing in {share} of {n} rows, before in {before}"),
    later("{name}: noise lost, {now} where it was {before} - frozen, filtered or replaced signal"),
    later("{name}: noise of {now} where it was {before} - contact, shielding or sensor"),
    later("{name}: {n} spikes, the farthest {far} off its neighbours, where {most} was the most"),
    later("{name}: a jump by a unit, {units}"),
    later("clock: units come {now}, before {before} - clock or time zone of the source"),
    later("{span} before they were made"),
    later("{span} after"),
)
DRIFT = (*_OF_SENSORS, *_OF_TESTS, *_REASONS, *_SUBJECTS.values())
_PHRASES = Phrases(DRIFT)


def drift_words(sentence: str) -> str:
    """Return the sentence of a test or of a failed sensor in the language of now.

    Examples
    --------
    >>> from qc_app.language import speaking
    >>> with speaking("de"):
    ...     drift_words("roll_speed has not moved (wasserstein 0.05 <= 0.2, p 0.6, n 200; light tails)")
    'roll_speed: keine Verschiebung (wasserstein 0,05 ≤ 0,2, p 0,6, n 200; kurze Ausläufer)'
    """
    return signed(sentence) if spoken() == ENGLISH else _PHRASES.retold(sentence)


def fault_word(kind: str) -> str:
    """Return how a sensor failed, in a word.

    Examples
    --------
    >>> fault_word("flat line")
    'Flat line'
    """
    return tr(_FAULTS[kind]) if kind in _FAULTS else kind.capitalize()


def subject_word(subject: str) -> str:
    """Return what a test was of: a parameter by its name, or what is no parameter in words.

    Examples
    --------
    >>> subject_word("roll_force"), subject_word("residuals")
    ('roll_force', 'residuals')
    """
    return tr(_SUBJECTS[subject]) if subject in _SUBJECTS else subject
