"""Charts of measured values by subgroup."""

from models.spc.variables.subgroups import xbar_r, xbar_s

__all__ = ["xbar_r", "xbar_s"]
