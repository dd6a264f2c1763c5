"""What changes from one definition of a plant to the next, and what is odd about one."""

from __future__ import annotations

from qc_app.language import later

THINGS = (
    later("plant"),
    later("stage {name}"),
    later("source {name}"),
    later("shift {name}"),
    later("mark {name}"),
    later("alarm rule {name}"),
    later("route {name}"),
    later("write-back {name}"),
    later("stage {name}, parameter {part}"),
    later("stage {name}, characteristic {part}"),
    later("stage {name}, feed {part}"),
    later("stage {name}, window"),
    later("gate"),
    later("calendar"),
)
CHANGES = (
    later("{thing} is added"),
    later("{thing} is removed"),
    later("{thing}: {key} {before} becomes {after}"),
    later("{thing}: {key} = {after} is new"),
    later("{thing}: {key} {before} is no longer given"),
    later("{n} stages are added: {names}"),
    later("{n} stages are removed: {names}"),
    later("{n} sources are added: {names}"),
    later("{n} sources are removed: {names}"),
    later("the stages stand in another order"),
    later("the sources stand in another order"),
    later("Plant {name} is defined."),
)
REMARKS = (
    later("the plant has no stage yet - add [stages.<name>]"),
    later("stage {name} has no parameter, nothing to predict from - add {table}"),
    later("stage {name} has no characteristic, nothing will be predicted - add {table}"),
    later("stage {name} has no source of measurements, no unit will come - add {table}"),
    later("stage {name}, {what}: {why} (values are kept as they come)"),
    later("source {name}: path {path} counts from the folder in which qc runs - give it in full for a service"),
)
