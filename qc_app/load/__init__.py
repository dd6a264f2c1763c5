"""`qc bench load`: whole plants of three sizes, fed for minutes, killed, caught up and adapted, against a ledger."""

from qc_app.load.measures import LoadRun, Phase, Target, load_table
from qc_app.load.run import run_load
from qc_app.load.sizes import PROFILES, SIZES, Size

__all__ = ["PROFILES", "SIZES", "LoadRun", "Phase", "Size", "Target", "load_table", "run_load"]
