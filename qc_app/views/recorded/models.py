"""What a stage's model stands on, as the learners say it."""

from __future__ import annotations

from qc_app.language import later

STANDS_ON = (
    later(
        "{name} goes with {result} almost exactly: it may be measured with it, or computed from it, and a new unit has"
        " no such value - leave it out of the parameters if that is so"
    ),
    later(
        "{name} is there for units with a result, and hardly for any other: it may be known afterwards only - leave it"
        " out of the parameters if that is so"
    ),
    later("its name tells a level of about {level}, as the names of {n} sisters do"),
    later("{odd} of {n} labels lie far from the others: too many to be errors, all are kept"),
    later("{n} label set aside as implausible: {values} ({whose}: about {level})"),
    later("{n} labels set aside as implausible: {values} ({whose}: about {level})"),
    later("believed: {shares}"),
    later("after the last label: {soon}; later: {later}"),
    later("refused, worse than the stage's mean on held-out stages: {names}"),
    later(
        "{n} labelled defect has {own} of the word, the answer without them {rest}; after the last label "
        "{soon}, later {later}"
    ),
    later(
        "{n} labelled defects have {own} of the word, the answer without them {rest}; after the last label "
        "{soon}, later {later}"
    ),
    later("{who}: {labels} of its own; level and spread known from {sisters} ({names})"),
    later(
        "{who}: {labels} of its own; level and spread known from {sisters}, whose levels lie {n} times "
        "farther apart than their units: its own is a guess until labelled ({names})"
    ),
    later("{who}: {labels} of its own; level and spread known from {sisters}"),
    later(
        "{who}: {labels} of its own; level and spread known from {sisters}, whose levels lie {n} times farther apart "
        "than their units: its own is a guess until labelled"
    ),
    later("{who}: {labels} of its own; unlike any stage learned from, so nothing is carried over"),
    later(
        "{who}: no label of its own and unlike any stage learned from, so the value is not known; its "
        "specification stands in"
    ),
    later("{who}: no label of its own and unlike any stage learned from, so the value is not known"),
    later("transfer carries {share} of the weight"),
    later("own data only"),
    later("most believed mean: {mean} ({share})"),
    later("drift in time carries {share} of the weight"),
    later("the newest {n} labels are used exactly, the {m} older ones by boosted trees"),
    later("{n} labels drawn by lot are used exactly, the {m} others by boosted trees"),
    later("anomaly: {units} of its own are too few to say what is usual: {least} are needed"),
    later("anomaly: {units} of sisters and its own are too few to say what is usual: {least} are needed"),
    later("anomaly: {units} of its own can promise {rate} false alarms or more"),
    later("anomaly: {units} of its own can promise {rate} false alarms or more; for {wanted} {n} more are needed"),
    later("anomaly: {units} of sisters and its own can promise {rate} false alarms or more"),
    later(
        "anomaly: {units} of sisters and its own can promise {rate} false alarms or more; for {wanted} {n} "
        "more are needed"
    ),
)

COUNTS = (
    later("the others"),
    later("sister stages"),
    later("{n} sister stage"),
    later("{n} sister stages"),
)
