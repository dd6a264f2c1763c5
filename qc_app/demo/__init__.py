"""The simulated steel plant, set up in a home of its own and kept alive day by day."""

from qc_app.demo.definition import plant_definition, told_faults

__all__ = ["plant_definition", "told_faults"]
