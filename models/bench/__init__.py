"""The yardstick: learners and peers on packs of real stages, in the same run."""

from models.bench.drawing import DEFECT_SHOTS, SHOTS, Skipped
from models.bench.growth import Growth, time_growth
from models.bench.invented import invent
from models.bench.judge import Row
from models.bench.looping import Looped, time_loop
from models.bench.nightly import nightly_exams
from models.bench.packs import Pack, PackError, PackStage, folders, load
from models.bench.peers import make_peer, peer_names
from models.bench.protocols import Exam, exam, split_stages, training_tasks
from models.bench.result import Result, Settings
from models.bench.rolling import rolling_exams
from models.bench.run import run
from models.bench.telling.against import Change, Comparison, compare
from models.bench.telling.page import write_page
from models.bench.telling.report import Table, plot, report, summary
from models.bench.telling.standing import sentences
from models.bench.telling.targets import Target, target_entries, targets
from models.bench.timing import Size, Timing, time_learner

__all__ = [
    "DEFECT_SHOTS",
    "SHOTS",
    "Change",
    "Comparison",
    "Exam",
    "Growth",
    "Looped",
    "Pack",
    "PackError",
    "PackStage",
    "Result",
    "Row",
    "Settings",
    "Size",
    "Skipped",
    "Table",
    "Target",
    "Timing",
    "compare",
    "exam",
    "folders",
    "invent",
    "load",
    "make_peer",
    "nightly_exams",
    "peer_names",
    "plot",
    "report",
    "rolling_exams",
    "run",
    "sentences",
    "split_stages",
    "summary",
    "target_entries",
    "targets",
    "time_growth",
    "time_learner",
    "time_loop",
    "training_tasks",
    "write_page",
]
