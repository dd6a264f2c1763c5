"""What can be charted of a stage, and its observations, read from the store in the order of production."""

from qc_app.subjects.kinds import FROZEN, SUBJECTS, VECTORS, fitting, kept_as, possible, require_fit, subject_for
from qc_app.subjects.reading import gathered

__all__ = ["FROZEN", "SUBJECTS", "VECTORS", "fitting", "gathered", "kept_as", "possible", "require_fit", "subject_for"]
