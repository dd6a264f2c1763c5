"""Control charts and capability."""

from models.spc.autocorrelation import Autocorrelation, acf, check, ljung_box
from models.spc.capability import Capability, Index, capability
from models.spc.ewma import ewma
from models.spc.forecast import ForecastChart, forecast_chart
from models.spc.individuals import IndividualsChart, estimate_limits, imr
from models.spc.markov import cusum_run_length, ewma_run_length
from models.spc.result import Chart, ChartLimits, Signal
from models.spc.rules import DEFAULT, NELSON, RULES, WESTERN_ELECTRIC, Rule, run_signals
from models.spc.run_length import RunLength, run_length, signal_probability

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
    "RunLength",
    "Signal",
    "acf",
    "capability",
    "check",
    "cusum_run_length",
    "estimate_limits",
    "ewma",
    "ewma_run_length",
    "forecast_chart",
    "imr",
    "ljung_box",
    "run_length",
    "run_signals",
    "signal_probability",
]
