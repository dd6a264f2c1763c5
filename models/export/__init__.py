"""A live model as an ONNX graph for small hardware: scaling inside, checked against the model it was made from."""

from models.export.answers import Said, Units, answer
from models.export.exported import Eight, Exported, export_model, in_eight_bits, translated
from models.export.parity import BOUND, Parity
from models.export.runner import Runner
from models.export.whole import band, domain_of

__all__ = [
    "BOUND",
    "Eight",
    "Exported",
    "Parity",
    "Runner",
    "Said",
    "Units",
    "answer",
    "band",
    "domain_of",
    "export_model",
    "in_eight_bits",
    "translated",
]
