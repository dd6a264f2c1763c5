"""`qc bench speed`: how fast the product is here, against what it is built on, in the same run."""

from qc_app.speed.measures import Size, Speed, SpeedRun
from qc_app.speed.run import PARTS, SIZES, run_speed, speed_table

__all__ = ["PARTS", "SIZES", "Size", "Speed", "SpeedRun", "run_speed", "speed_table"]
