"""What a plant is: stages, sources, limits, schedule. The definition as TOML, both ways, exact."""

from qc_app.plant.difference import difference
from qc_app.plant.parse import parse
from qc_app.plant.render import digest, render
from qc_app.plant.soundness import remarks, require_sound
from qc_app.plant.types import Gate, Plant, nearest

__all__ = ["Gate", "Plant", "difference", "digest", "nearest", "parse", "remarks", "render", "require_sound"]
