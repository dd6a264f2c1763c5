"""What jobs note of themselves: each step of a night, the weekly training, the watch on the learner."""

from __future__ import annotations

from qc_app.language import later

STEPS = (
    later("adapt {name}"),
    later("judge {name}"),
    later("predict {name}"),
    later("choose {name}"),
    later("foresee {name}"),
    later("explain {name}"),
    later("ingest {name}"),
    later("1 stage"),
    later("{n} stages"),
    later("1 record"),
    later("{n} records"),
    later("1 model"),
    later("{n} models"),
    later("1 characteristic"),
    later("{n} characteristics"),
)
DECIDED = (
    later("adapt: {told}; challenger {model} stands on {n} labels"),
    later("keep: the same model is already {state}"),
    later("keep: {told}"),
    later("wait: {told}"),
    later("adapt: {told}"),
    later("no prior has been trained yet: some stage needs labels first"),
    later("{n} label of {least} that a stage without sisters needs for a model"),
    later("{n} labels of {least} that a stage without sisters needs for a model"),
    later("the last attempt at a first model failed and no new label came since"),
    later("{n} label of {least} from which a model can be held to account"),
    later("{n} labels of {least} from which a model can be held to account"),
    later("no model yet: the first one stands on {labels} and what the prior knows"),
    later("a challenger waits for a person's approval since {nights}"),
    later("a challenger is on trial since {nights}; no second one beside it"),
    later("drift that matters, but no label since: {said}"),
    later("only {n} of {least} new labels since the last attempt; the champion stays"),
    later("no new labels; the champion stays"),
    later("{n} label came since the last attempt"),
    later("{n} labels came since the last attempt"),
    later("the first labels came since {mark}"),
    later("drift that matters, and {labels} to learn it from: {said}"),
    later("a newer prior was trained from all stages"),
)
DONE = (
    later("{n} units predicted by {tier} {model}"),
    later("{n} units explained"),
    later("{n} units to measure next, {m} of them drawn at random"),
    later("nothing to measure"),
    later(
        "{records} from {stages}: {new} new, {revisions} revisions, {duplicates} duplicates, {quarantined} "
        "quarantined, {dropped} dropped by their sources"
    ),
    later(
        "{records} from {stages}: {new} new, {revisions} revisions, {duplicates} duplicates, {quarantined} quarantined"
    ),
    later("{n} records, {new} new"),
    later("{n} row has a value that is bad or uncertain"),
    later("{n} rows have values that are bad or uncertain"),
    later("could not read {names} and {n} others; the first: {said}"),
    later("could not read {names}; the first: {said}"),
    later("could not read {name}: {said}"),
    later("{n} stages compacted, {files} old files and {models} unfinished models removed, {k} quiet incidents closed"),
    later("{n} stages compacted, {files} old files and {models} unfinished models removed"),
    later("the books of {n} sources do not balance"),
    later("{active} of {stages} had news; {models} promoted, {units} predicted"),
    later("{n} step failed, first: {said}"),
    later("{n} steps failed, first: {said}"),
    later("{n} predictions"),
    later("left out"),
    later("done in the meantime by another"),
    later("nothing was done: the night of {day} ran already ({said})"),
    later("{what} of unit {unit} explained"),
    later("nothing was asked"),
    later("{n} rows of {stage} have their {name}"),
    later("no row of {stage} waited for this"),
    later("{n} rows read again: {stored} stored, {refused} still refused, {known} known already"),
    later("{n} rows read again: {stored} stored, {refused} still refused"),
    later(
        "{n} broken line or whole file cannot be read again from here - correct the mapping or the file, and the next"
        " ingest reads it"
    ),
    later(
        "{n} broken lines or whole files cannot be read again from here - correct the mapping or the file, "
        "and the next ingest reads them"
    ),
    later(
        "{source} tells {rows} rows: {new} new, {revisions} revisions, {duplicates} duplicates, {refused} "
        "refused; nothing was stored"
    ),
    later("{source}: {new} new, {revisions} revisions, {duplicates} duplicates, {quarantined} quarantined"),
    later("{n} gap closed"),
    later("{n} gaps closed"),
    later("no gap closed"),
    later("it could not tell {said}"),
)
FAILED = (
    later("{job} of stage {stage} failed: {said}"),
    later("{job} failed: {said}"),
    later("tried {n} times"),
    later("the program ended before the step did; it is done again"),
    later("{job} is not begun again today: the program ended {n} times while it ran (memory, a crash)"),
    later(
        "{what} was ended after {n} min without an answer, with which {other} took longer than its {most} "
        "min; the rest of the night went on without it, the next night tries it again"
    ),
    later(
        "{what} was ended after {n} min without an answer; the rest of the night went on without it, the next "
        "night tries it again"
    ),
)
LEARNER = (
    later("prior {id}: {told}"),
    later("the old prior stays: {told}"),
    later("learned from {n} labels of {what} and {m} that left the plant"),
    later("learned from {n} labels of {stages} stages and characteristics"),
    later("learned from {n} labels of {stages} stages"),
    later("learned from {n} labels of {what}"),
    later("no prior has been trained yet"),
    later("no prior has been trained yet; nothing to compare with"),
    later("no stage has {n} labels yet; nothing to learn from"),
    later("stages with labels that the prior does not know: {names}"),
    later("the labels grew from {before} to {now}"),
    later("the prior is {n} days old and {labels} labels came since"),
    later("asked for by {who}"),
    later("the prior in force cannot be loaded, so nothing was compared: {said}"),
    later("no old family has labels kept aside, so nothing was compared"),
    later("forgets {family}: error {now} of a spread, {before} before"),
    later("nothing forgotten of {groups} of sisters; least gained: {family}, error {now} of a spread, {before} before"),
    later("1 old group"),
    later("{n} old groups"),
    later("{stages} can be held out, {n} are needed to compare settings"),
    later("{n} settings compared on held-out stages, none better than those in force"),
    later("{step} ({learner}) on held-out stages: {told}"),
    later("new settings: {told}"),
    later("no label came that could be compared"),
    later("not judged yet: no labels came that could be compared"),
    later("error {value} of a spread on {labels}, {before} unadapted, {mean} by the mean"),
    later("too few labels of any stage to learn what predictions cost"),
    later("continuous: {told}"),
    later("binary: {told}"),
    later("no band yet: {n} windows of {m} labels are needed"),
    later("realised was {low} to {high} times the estimate in 9 of 10 windows, ups and downs with rank {rank}"),
    later("realised was {low} to {high} times the estimate in 9 of 10 windows"),
    later("{n} labels of {m} needed"),
    later("{labels}: ±{error} on labels left out in turn"),
    later("what more would bring cannot be said: {told}"),
    later("what more labels would bring cannot be said: {told}"),
    later("{n} sister stages show errors with {labels} labels, {least} are needed to say what more labels would give"),
    later("for a defect the effect of more labels is not foretold"),
    later("drawn at random, so that models are judged on units nobody chose"),
    later("takes {share} off what is not known of the stage, {told}"),
)
OF_A_STAGE = (
    later("{told} (and {n} more)"),
    later("{name}: ok, {told}"),
    later("{name}: watch, {told}"),
    later("{name}: act, {told}"),
    later("{name}: unknown, {told}"),
    later("no drift in {n} tests"),
    later("no drift that matters ({names} moved, without effect on the prediction)"),
    later("nothing was tested"),
    later("inputs moved: {told}"),
    later("output moved: {told}"),
    later("relation moved: {told}"),
    later("inputs and output moved: {told}"),
    later("relation and inputs moved: {told}"),
    later("relation and output moved: {told}"),
    later("relation and inputs and output moved: {told}"),
    later("{name}: {told}"),
)
