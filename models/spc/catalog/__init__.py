"""Every chart by name: what it needs, how it is made."""

from models.spc.catalog.charts import CHARTS, chart_kind, chart_names, make_chart
from models.spc.catalog.kinds import ChartKind, Needs

__all__ = ["CHARTS", "ChartKind", "Needs", "chart_kind", "chart_names", "make_chart"]
