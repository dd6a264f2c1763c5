"""Verdicts on models: what the gate found of challenger and champion, and what a person decided."""

from __future__ import annotations

from qc_app.language import later

COUNTS = (
    later("{count} label"),
    later("{count} labels"),
    later("{count} unit"),
    later("{count} units"),
    later("1 guard"),
    later("{n} guards"),
    later("1 night"),
    later("{n} nights"),
    later("about {n} more label"),
    later("about {n} more labels"),
    later("{n} or more labels"),
)
RULES = (
    later("paired difference of losses, bootstrap by lot"),
    later("paired difference of losses on the units of the shadow period, bootstrap by lot"),
    later("first model of the stage, guards only"),
    later("the champion is young and this model knows more labels, guards only"),
    later("the newest prior that forgets nothing serves; stage models keep the one they were adapted from"),
    later("guard against forgetting: old families on labels kept aside, paired"),
    later(
        "search for settings: paired losses on held-out stages, bootstrap by stage, then the guard against forgetting"
    ),
    later("approved by hand"),
    later("by hand"),
    later("patience"),
)
JUDGED = (
    later(
        "mean error {after} against the champion's {before} on {n} labels, gain {gain} ({level} sure: {low} to {high})"
    ),
    later("the challenger is worse: {told}"),
    later(
        "the challenger is better, but {told_why}: mean error {after} against the champion's {before} on {n} "
        "labels, gain {gain} ({level} sure: {low} to {high})"
    ),
    later("the challenger is better: {told}"),
    later("the challenger is as good, no reason to change: {told}"),
    later("not clear yet: {told}; {more} needed"),
    later("{n} labels of {lots} lots are too few to judge, {more} needed"),
    later("both models answer alike on all {n} labels"),
)
GUARDS = (
    later("worse than the stage baseline by {value} on labels left out in turn"),
    later("not worse than the stage baseline on labels left out in turn"),
    later("worse than the stage baseline by {value}"),
    later("not worse than the stage baseline"),
    later("the interval covers too little: {k} of {n} labels at nominal {level}"),
    later("the interval covers too much: {k} of {n} labels at nominal {level}"),
    later("the interval covers as promised: {k} of {n} labels at nominal {level}"),
    later("the domain of validity shrank by {share} of {n} units"),
    later("the domain did not shrink"),
    later("significantly worse for {names}"),
    later("none of {n} segments worse"),
    later("it cannot be exported: {said}"),
    later("the exported model answers alike: {share} of the interval width on {n} units"),
    later("the exported model answers otherwise: {share} of the interval width on {n} units"),
    later("the exported model takes {ms} ms a unit, {most} allowed"),
    later("the exported model takes {ms} ms a unit"),
)
VERDICTS = (
    later("first model of the stage, guards only, but {told}"),
    later("the champion is young and this model knows more labels, guards only, but {told}"),
    later("{told}: {guards} hold on {labels}"),
    later("{told}: {guards} holds on {labels}"),
    later("{told}: no labels were left to check it on"),
    later("but {told}"),
    later("{n} label set aside as implausible ({units})"),
    later("{n} labels set aside as implausible ({units})"),
    later("it waits for the approval of a second person"),
    later("the challenger predicts in the shadow: night {n} of {nights}"),
    later("so far: {told}"),
    later("nothing is judged: {said}"),
    later("nothing is on trial"),
    later("the challenger waited {n} nights without a verdict and is given up"),
)
BY_PEOPLE = (
    later("Proposed by {who}: {reason}; it waits for the approval of a second person"),
    later("Promoted by {who}: {reason}"),
    later("Approved by {who}: {reason}; found before: {told}"),
    later("Rejected by {who}: {reason}"),
    later("Rolled back by {who}: {reason}"),
)
PERFORMANCE = (
    later("{told}; estimated {value} ({lower} to {upper}) on {units} without label"),
    later("{told}; estimated {value} on {units} without label"),
    later("{told}; cannot estimate: {n} units, {needed} are needed"),
    later("{told}; cannot estimate: only {share} of {n} units lie in the known domain"),
    later("{told}; cannot estimate: over {n} windows of other labels ups were estimated as downs (rank {rank})"),
    later("{told}; cannot estimate: {told_why}"),
    later("too few labels of any stage to learn from"),
    later("most predictions have no interval"),
    later("nothing was said of a unit before its label came"),
    later("error {value} on {labels} ({lower} to {upper}), {mean} by the mean"),
    later("error {value} on {labels}, {mean} by the mean"),
    later("Brier score {value} on {labels} ({lower} to {upper}), {mean} by the mean"),
    later("Brier score {value} on {labels}, {mean} by the mean"),
)
WATCHED = (
    later("still good: adapting gains {gain} of a spread a label, usual {usual}; one false alarm in about {n} points"),
    later("no sign of trouble; the chart of the gain begins after {n} more points of {labels} labels"),
    later("the gain of adapting fell to {gain} of a spread, below {lower} (usual {usual})"),
    later("adapting is worse than the stage's mean: {gain} of a spread on the newest {n} labels"),
    later("only {inside} of the newest {n} labels lie in their {share} interval"),
)
