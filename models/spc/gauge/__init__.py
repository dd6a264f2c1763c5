"""Studies of a measurement system: crossed R&R, bias, linearity, type 1, agreement of ratings."""

from models.spc.gauge.bias import Bias, bias
from models.spc.gauge.crossed import POOL_ABOVE, Anova, crossed, interaction_table
from models.spc.gauge.kappa import Agreement, attribute_study, cohen_kappa, fleiss_kappa
from models.spc.gauge.linearity import Linearity, linearity
from models.spc.gauge.ranges import Form, average_range, from_form, k_factor, short_range
from models.spc.gauge.result import Component, GaugeStudy
from models.spc.gauge.type_one import TypeOne, type_one

__all__ = [
    "POOL_ABOVE",
    "Agreement",
    "Anova",
    "Bias",
    "Component",
    "Form",
    "GaugeStudy",
    "Linearity",
    "TypeOne",
    "attribute_study",
    "average_range",
    "bias",
    "cohen_kappa",
    "crossed",
    "fleiss_kappa",
    "from_form",
    "interaction_table",
    "k_factor",
    "linearity",
    "short_range",
    "type_one",
]
