"""Control charts and capability."""

from models.spc.advice import Advice, advise
from models.spc.attributes import c_chart, laney_p, laney_u, np_chart, p_chart, u_chart
from models.spc.autocorrelation import Autocorrelation, acf, check, ljung_box
from models.spc.capability import Capability, Index, capability
from models.spc.catalog import CHARTS, chart_kind, chart_names, make_chart
from models.spc.catalog.kinds import ChartKind
from models.spc.control_chart import Change, Contributions, ControlChart
from models.spc.dependence import dependent
from models.spc.lengths.charts import chart_run_length, individuals_run_length
from models.spc.lengths.length import RunLength, false_signals
from models.spc.lengths.rules import run_length, signal_probability
from models.spc.lengths.weighted import cusum_run_length, ewma_run_length
from models.spc.multivariate import mcusum, mewma, pca, t2
from models.spc.observations import Observations, consecutive
from models.spc.phases import PhaseOne, Stretch, phase_one, staged
from models.spc.reference import Reference
from models.spc.result import Chart, ChartLimits, Signal
from models.spc.rules import (
    AIAG,
    DEFAULT,
    MONTGOMERY,
    NELSON,
    RULE_SETS,
    RULES,
    WESTERN_ELECTRIC,
    WESTGARD,
    Rule,
    run_signals,
)
from models.spc.variables import nominal, xbar_r, xbar_s, z_mr
from models.spc.variables.forecast import ForecastChart, forecast_chart
from models.spc.variables.individuals import IndividualsChart, estimate_limits, imr
from models.spc.weighted import cusum, ewma, moving_average

__all__ = [
    "AIAG",
    "CHARTS",
    "DEFAULT",
    "MONTGOMERY",
    "NELSON",
    "RULES",
    "RULE_SETS",
    "WESTERN_ELECTRIC",
    "WESTGARD",
    "Advice",
    "Autocorrelation",
    "Capability",
    "Change",
    "Chart",
    "ChartKind",
    "ChartLimits",
    "Contributions",
    "ControlChart",
    "ForecastChart",
    "Index",
    "IndividualsChart",
    "Observations",
    "PhaseOne",
    "Reference",
    "Rule",
    "RunLength",
    "Signal",
    "Stretch",
    "acf",
    "advise",
    "c_chart",
    "capability",
    "chart_kind",
    "chart_names",
    "chart_run_length",
    "check",
    "consecutive",
    "cusum",
    "cusum_run_length",
    "dependent",
    "estimate_limits",
    "ewma",
    "ewma_run_length",
    "false_signals",
    "forecast_chart",
    "imr",
    "individuals_run_length",
    "laney_p",
    "laney_u",
    "ljung_box",
    "make_chart",
    "mcusum",
    "mewma",
    "moving_average",
    "nominal",
    "np_chart",
    "p_chart",
    "pca",
    "phase_one",
    "run_length",
    "run_signals",
    "signal_probability",
    "staged",
    "t2",
    "u_chart",
    "xbar_r",
    "xbar_s",
    "z_mr",
]
