"""Charts of measured values: by subgroup, and of short runs of many products."""

from models.spc.variables.short_runs import nominal, part_means, z_mr
from models.spc.variables.subgroups import xbar_r, xbar_s

__all__ = ["nominal", "part_means", "xbar_r", "xbar_s", "z_mr"]
