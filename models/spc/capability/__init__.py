"""What a process can do against its specification: indices with intervals, shapes of distribution, the picture."""

from models.spc.capability.boxcox import BoxCox, fit_box_cox
from models.spc.capability.distributions import FAMILIES, Fitted, best_fit, fit
from models.spc.capability.indices import Index, cp_index, cpk_index, cpm_index, moving_range_df
from models.spc.capability.methods import METHODS, Method
from models.spc.capability.normality import Normality, anderson_darling, normality, probability_plot
from models.spc.capability.percentiles import spread_indices
from models.spc.capability.picture import Picture, picture
from models.spc.capability.specification import Specification
from models.spc.capability.study import Capability, capability
from models.spc.capability.within import Within, within

__all__ = [
    "FAMILIES",
    "METHODS",
    "BoxCox",
    "Capability",
    "Fitted",
    "Index",
    "Method",
    "Normality",
    "Picture",
    "Specification",
    "Within",
    "anderson_darling",
    "best_fit",
    "capability",
    "cp_index",
    "cpk_index",
    "cpm_index",
    "fit",
    "fit_box_cox",
    "moving_range_df",
    "normality",
    "picture",
    "probability_plot",
    "spread_indices",
    "within",
]
