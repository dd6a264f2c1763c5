"""Which assembly makes the rows of a source."""

from __future__ import annotations

from data_connectors.live.assembly.by_window import ByWindow
from data_connectors.live.assembly.making import Assembly, Messages, Values
from data_connectors.live.options import LiveOptions
from data_connectors.live.progress import Progress
from data_connectors.schema import Source, Stage


def assembly_of(source: Source, stage: Stage, options: LiveOptions, since: Progress) -> Assembly:
    """Return a source's assembly as it was at a checkpoint: windows where the stage has them, else its ``rows``."""
    if stage.window is not None and source.carries == "measurements":
        return ByWindow(source, stage, options, since)
    return Messages(source) if options.rows == "message" else Values(source, options, since)
