"""Real packs of stages, played through the product day by day: the same connectors, jobs and gate as in a plant."""

from qc_app.replay.run import Replayed, replay
from qc_app.replay.scoring import Night
from qc_app.replay.summary import Summary, summarize

__all__ = ["Night", "Replayed", "Summary", "replay", "summarize"]
