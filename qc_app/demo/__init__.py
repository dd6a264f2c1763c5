"""The simulated steel plant, set up in a home of its own and kept alive day by day."""

from qc_app.demo.creation import Demo, create_demo, start_clock
from qc_app.demo.definition import plant_definition, told_faults

__all__ = ["Demo", "create_demo", "plant_definition", "start_clock", "told_faults"]
