"""Sentences that were written down or said in English, told again in the language of now: states, alarms, refusals.

Journal and actions speak English. What they say is made of numbers, names and words in a fixed order, so the templates
below read it back; a sentence that fits none (an error, somebody's own words) stays English and says so.
"""

from __future__ import annotations

import functools

from qc_app.language import Phrases, later, spoken
from qc_app.views.drift.words import DRIFT
from qc_app.views.vocabulary import CODES

_STATES = (
    later("no unit has come yet"),
    later("no prediction yet: no model and no label"),
    later("no champion answers, predictions come from the {tier} tier"),
    later("nothing abnormal"),
)
_QUALITY = (
    later("{n} of the newest {m} units are predicted out of specification ({limits}), last {unit} at {value}"),
    later("{n} of the newest {m} units is predicted out of specification ({limits}), last {unit} at {value}"),
    later("{n} of the newest {m} units are predicted nonconforming, last {unit} at {value}"),
    later("{n} of the newest {m} units is predicted nonconforming, last {unit} at {value}"),
    later("{n} of the newest {m} results are out of specification ({limits}), last {unit} at {value}"),
    later("{n} of the newest {m} results is out of specification ({limits}), last {unit} at {value}"),
    later("{n} of the newest {m} results are nonconforming, last {unit} at {value}; usual is {share}"),
    later(
        "{n} of the newest {m} units are unlike the units before, last {unit}; never more than {most} in twenty before"
    ),
    later(
        "{n} of the newest {m} units is unlike the units before, last {unit}; never more than {most} in twenty before"
    ),
    later("{n} of the newest {m} units are unlike the units before, last {unit}"),
    later("{n} of the newest {m} units is unlike the units before, last {unit}"),
    later("only {n} of the newest {m} results lie in their predicted {level} interval"),
    later("no verdict on the model for {nights} nights; {n} labels came since it was adapted"),
)
_DATA = (
    later("no unit since {at}, {age} ago; one was due by {due}"),
    later("results of {what} were due by {day}; {n} units came since the last measured one"),
    later(
        "the newest {n} results of {what} came {age} after their units in the median; {days} days are allowed, "
        "{late} that came later are kept and not learned from"
    ),
    later("the newest {n} results of {what} came {age} after their units in the median; {days} days are allowed"),
    later("the gauge of {what} was due for its next study on {day}, {age} ago"),
    later("{source}: column {column} is missing since {at}; models take it as not measured"),
    later("{n} messages of route {route} did not arrive; last: {problem}"),
)
_PROGRAM = (
    later("the night of {day} should have reported by {due} and has not run"),
    later("the night of {day} should have reported by {due} and began and has not ended"),
    later("the night of {day} should have reported by {due} and failed: {why}"),
    later("no scheduler works, {holder} was heard last at {at}: start one with `qc up`"),
    later("no scheduler works: start one with `qc up`"),
    later("{free} MB are free in {folder}; at least {least} MB are needed"),
    later("certificate {path} ended on {day}"),
    later("certificate {path} ends in {n} days, on {day}"),
    later("there is no backup in {folder}; one is taken a day"),
)
_TRANSFER = (
    later("transfer is on: {share} from {names} and {more} more; the rest from {n} labels of its own"),
    later("transfer is on: {share} from {names}; the rest from {n} labels of its own"),
    later("transfer is on: {share} from {names} and {more} more; {n} labels of its own set the level"),
    later("transfer is on: {share} from {names}; {n} labels of its own set the level"),
    later("own data only: {n} labels, nothing is taken from other stages"),
)
_MEASURING = (
    later("models disagree on it ({part} of its uncertainty), tells of {share} of the units"),
    later("models disagree on it ({part} of its uncertainty), unlike the other units"),
    later("tells of {share} of the units"),
    later("unlike the other units"),
    later("drawn at random"),
    later("{n} labels: ±{error} ({low}-{high}); no sister shows what more labels would give"),
    later("{n} labels: ±{error}; more labels would hardly help: {m} would give ±{then} ({low}-{high})"),
    later("{n} labels: ±{error}; {m} would give ±{then} ({low}-{high})"),
)
_OUTCOMES = (
    later("Alarm {number} acknowledged by {who}."),
    later("Step {step} of alarm {number} is done."),
    later("Step {step} of alarm {number} is open again."),
    later("Alarm {number} shelved for {hours} h by {who}."),
    later("Alarm {number} is back: {state}."),
    later("Alarm {number} is out of service until somebody puts it back."),
    later("Alarm {number} is in service: {state}."),
    later("Incident {number} closed by {who}: {cause}."),
)
_REFUSALS = (
    later("{who} is {role} and may not {what} - ask someone who is {least} or above"),
    later("the sign-in of {who} is over - sign in again"),
    later("{what} of {subject} needs a reason - say why, it goes to the audit trail"),
    later("the reason has {n} characters - use at most {most}"),
    later("an alarm can be shelved for up to {most} hours, not {hours} - choose a shorter time"),
    later("incident {number} needs its cause - what was it, and what was done?"),
    later("incident {number} needs its action - what was it, and what was done?"),
    later("incident {number} cannot be closed: alarm {other} still stands ({sentence})"),
    later("stage {stage} has no unit {unit} - check the id as it stands on the part"),
)
_ENTERED = (
    later("no results given - enter at least one unit and value"),
    later("nothing to read - paste lines of unit and value"),
    later("the file is not UTF-8 text - save it as CSV (UTF-8) and upload that"),
    later("the file is not text - save the sheet as CSV (UTF-8) and upload that"),
    later("line {line} has no value beside the unit - write 'unit, value' or paste two columns"),
    later("line {line}: time {text} is not like 2026-03-01 14:05 - write it so"),
    later("the unit's id must be 1 to {n} visible characters"),
    later("{text} is not a number"),
    later("{what} is 0 (conforming) or 1 (nonconforming), not {value}"),
    later("measured in the future - check the date"),
    later("the same unit twice with different values - keep one"),
    later("{remark}; no measurements of this unit yet"),
    later("no measurements of this unit yet"),
    later("{remark}; corrects {value}"),
    later("corrects {value}"),
    later("far above the upper limit {limit} - decimal sign?"),
    later("far below the lower limit {limit} - decimal sign?"),
    later("above the upper limit {limit} (nonconforming)"),
    later("below the lower limit {limit} (nonconforming)"),
)
_PARTS = (later("{n} days"), later("{lower} to {upper}"))
_SENTENCES = (
    *_STATES,
    *_QUALITY,
    *_DATA,
    *_PROGRAM,
    *_TRANSFER,
    *_MEASURING,
    *_OUTCOMES,
    *_REFUSALS,
    *_ENTERED,
    *DRIFT,
)
_PHRASES = Phrases(_SENTENCES, (*_PARTS, *CODES))
_KEPT = 4_096


def recorded(sentence: str) -> str:
    """Return a sentence of the journal in the language of now; one that no template fits stays English and says so.

    Examples
    --------
    >>> from qc_app.language import speaking
    >>> with speaking("de"):
    ...     recorded("no unit since 2026-03-02 05:00 +01:00, 2.5 days ago; one was due by 2026-03-03 05:00 +01:00")
    'keine Einheit seit 02.03.2026 05:00 +01:00, vor 2,5 Tagen; eine war bis 03.03.2026 05:00 +01:00 fällig'
    >>> recorded("nothing abnormal")
    'nothing abnormal'
    """
    return _told(sentence, spoken())


@functools.lru_cache(maxsize=_KEPT)
def _told(sentence: str, _code: str) -> str:
    """Tell once what every page asks for again; the same sentence of a thousand stages is looked for once."""
    return _PHRASES.retold(sentence)
