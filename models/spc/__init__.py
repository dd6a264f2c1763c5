"""Control charts and capability."""

from models.spc.autocorrelation import Autocorrelation, acf, check, ljung_box
from models.spc.capability import Capability, Index, capability
from models.spc.ewma import ewma
from models.spc.forecast import ForecastChart, forecast_chart
from models.spc.individuals import IndividualsChart, estimate_limits, imr
from models.spc.result import Chart, ChartLimits, Signal
from models.spc.rules import DEFAULT, NELSON, RULES, WESTERN_ELECTRIC, Rule, run_signals

__all__ = [
    "DEFAULT",
    "NELSON",
    "RULES",
    "WESTERN_ELECTRIC",
    "Autocorrelation",
    "Capability",
    "Chart",
    "ChartLimits",
    "ForecastChart",
    "Index",
    "IndividualsChart",
    "Rule",
    "Signal",
    "acf",
    "capability",
    "check",
    "estimate_limits",
    "ewma",
    "forecast_chart",
    "imr",
    "ljung_box",
    "run_signals",
]
