"""What a stage measures and where it comes from: Parameter, Characteristic, Stage, Source."""

from data_connectors.schema.names import MAX_NAME, RESERVED, checked_name
from data_connectors.schema.sources import Carries, Source
from data_connectors.schema.stages import (
    LARGEST_SUBGROUP,
    LOT,
    MOST_OVERLAP,
    Characteristic,
    Feed,
    Kind,
    Parameter,
    Stage,
    Window,
)

__all__ = [
    "LARGEST_SUBGROUP",
    "LOT",
    "MAX_NAME",
    "MOST_OVERLAP",
    "RESERVED",
    "Carries",
    "Characteristic",
    "Feed",
    "Kind",
    "Parameter",
    "Source",
    "Stage",
    "Window",
    "checked_name",
]
