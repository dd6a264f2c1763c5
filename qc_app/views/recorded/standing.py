"""What stands at a stage or at the plant: states, alarms, what is owed, what a model takes from sisters."""

from __future__ import annotations

from qc_app.language import later

STATES = (
    later("no unit has come yet"),
    later("no prediction yet: no model and no label"),
    later("no champion answers, predictions come from the {tier} tier"),
    later("no result has come yet: other stages alone stand behind this"),
    later("nothing abnormal"),
)
QUALITY = (
    later("{n} of the newest {m} units are predicted out of specification ({limits}), last {unit} at {value}"),
    later("{n} of the newest {m} units is predicted out of specification ({limits}), last {unit} at {value}"),
    later("{n} of the newest {m} units are predicted nonconforming, last {unit} at {value}"),
    later("{n} of the newest {m} units is predicted nonconforming, last {unit} at {value}"),
    later("{n} of the newest {m} results are out of specification ({limits}), last {unit} at {value}"),
    later("{n} of the newest {m} results is out of specification ({limits}), last {unit} at {value}"),
    later("{n} of the newest {m} results are nonconforming, last {unit}; usual is {share}"),
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
DATA = (
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
PROGRAM = (
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
TRANSFER = (
    later("transfer is on: {share} from {names} and {more} more; the rest from {n} labels of its own"),
    later("transfer is on: {share} from {names}; the rest from {n} labels of its own"),
    later("transfer is on: {share} from {names} and {more} more; {n} labels of its own set the level"),
    later("transfer is on: {share} from {names}; {n} labels of its own set the level"),
    later("own data only: {n} labels, nothing is taken from other stages"),
)
MEASURING = (
    later("models disagree on it ({part} of its uncertainty), tells of {share} of the units"),
    later("models disagree on it ({part} of its uncertainty), unlike the other units"),
    later("tells of {share} of the units"),
    later("unlike the other units"),
    later("drawn at random"),
    later("{n} labels: ±{error} ({low}-{high}); no sister shows what more labels would give"),
    later("{n} labels: ±{error}; more labels would hardly help: {m} would give ±{then} ({low}-{high})"),
    later("{n} labels: ±{error}; {m} would give ±{then} ({low}-{high})"),
)
