"""All parameters at once: what no single one shows."""

from models.drift.together.classifier import classifier
from models.drift.together.kernel import mmd
from models.drift.together.reconstruction import Reconstruction, reconstruction

__all__ = ["Reconstruction", "classifier", "mmd", "reconstruction"]
