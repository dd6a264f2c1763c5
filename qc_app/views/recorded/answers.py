"""What actions answer: done, refused, and what is wrong with a result that was typed in."""

from __future__ import annotations

from qc_app.language import later

OUTCOMES = (
    later("Alarm {number} acknowledged by {who}."),
    later("Step {step} of alarm {number} is done."),
    later("Step {step} of alarm {number} is open again."),
    later("Alarm {number} shelved for {hours} h by {who}."),
    later("Alarm {number} is back: {state}."),
    later("Alarm {number} is out of service until somebody puts it back."),
    later("Alarm {number} is in service: {state}."),
    later("Incident {number} closed by {who}: {cause}."),
)
REFUSALS = (
    later("{who} is {role} and may not {what} - ask someone who is {least} or above"),
    later("{who} is {role} and may not {what} - ask someone who is {least}"),
    later("the sign-in of {who} is over - sign in again"),
    later("{what} of {subject} needs a reason - say why, it goes to the audit trail"),
    later("the reason has {n} characters - use at most {most}"),
    later("an alarm can be shelved for up to {most} hours, not {hours} - choose a shorter time"),
    later("incident {number} needs its cause - what was it, and what was done?"),
    later("incident {number} needs its action - what was it, and what was done?"),
    later("incident {number} cannot be closed: alarm {other} still stands ({sentence})"),
    later("stage {stage} has no unit {unit} - check the id as it stands on the part"),
)
ENTERED = (
    later("no results given - enter at least one unit and value"),
    later("nothing to read - paste lines of unit and value"),
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
    later("{remark}; no such unit yet; is it {unit}?"),
    later("no such unit yet; is it {unit}?"),
    later("{remark}; corrects {value}"),
    later("corrects {value}"),
    later("far above the upper limit {limit} - decimal sign?"),
    later("far below the lower limit {limit} - decimal sign?"),
    later("above the upper limit {limit} (nonconforming)"),
    later("below the lower limit {limit} (nonconforming)"),
)
