"""Charts of counts: nonconforming units and nonconformities."""

from models.spc.attributes.counts import c_chart, laney_u, u_chart
from models.spc.attributes.fractions import laney_p, np_chart, p_chart

__all__ = ["c_chart", "laney_p", "laney_u", "np_chart", "p_chart", "u_chart"]
