"""Every chart, as pure functions from a view to a Vega-Lite specification.

The marks are the same everywhere: measured = filled dot, predicted = open dot with its interval as a band,
out of domain = hollow grey, specification = solid thin line, control limits = dashed, events = thin vertical lines
with a word.
"""

from qc_app.dashboard.charts.axes import NUMBER, themed, time_axis, titled
from qc_app.dashboard.charts.drift import distributions_chart, performance_chart
from qc_app.dashboard.charts.learning import gain_chart, learning_curve
from qc_app.dashboard.charts.parameters import parameter_chart, parts_chart
from qc_app.dashboard.charts.units import units_chart

__all__ = [
    "NUMBER",
    "distributions_chart",
    "gain_chart",
    "learning_curve",
    "parameter_chart",
    "parts_chart",
    "performance_chart",
    "themed",
    "time_axis",
    "titled",
    "units_chart",
]
