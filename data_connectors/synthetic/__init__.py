"""The simulated steel plant as a source: known truth, drift, faults, late labels, bad quality, outages."""

from data_connectors.synthetic.connector import SyntheticConnector
from data_connectors.synthetic.families import stage_definition, stage_definitions, unexplained
from data_connectors.synthetic.plant import SyntheticPlant, parent_of
from data_connectors.synthetic.scenario import Fault, FaultKind, Scenario

__all__ = [
    "Fault",
    "FaultKind",
    "Scenario",
    "SyntheticConnector",
    "SyntheticPlant",
    "parent_of",
    "stage_definition",
    "stage_definitions",
    "unexplained",
]
