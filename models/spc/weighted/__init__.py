"""Charts whose points remember what came before: EWMA, cumulative sums, moving averages."""

from models.spc.weighted.cusum import cusum
from models.spc.weighted.ewma import ewma
from models.spc.weighted.moving_average import moving_average

__all__ = ["cusum", "ewma", "moving_average"]
