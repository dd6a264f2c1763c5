"""Charts of measured values: single ones, errors of a forecast, subgroups, short runs of many products."""

from models.spc.variables.forecast import ForecastChart, forecast_chart
from models.spc.variables.individuals import IndividualsChart, estimate_limits, imr
from models.spc.variables.short_runs import nominal, part_means, z_mr
from models.spc.variables.subgroups import xbar_r, xbar_s

__all__ = [
    "ForecastChart",
    "IndividualsChart",
    "estimate_limits",
    "forecast_chart",
    "imr",
    "nominal",
    "part_means",
    "xbar_r",
    "xbar_s",
    "z_mr",
]
