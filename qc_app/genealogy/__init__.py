"""What units were made of, and what was made of them; what stages read of those further up."""

from qc_app.genealogy.search import Direction, Kin, kin, touched
from qc_app.genealogy.steps import RELATIONS, Steps
from qc_app.genealogy.upstream import pairs, widened

__all__ = ["RELATIONS", "Direction", "Kin", "Steps", "kin", "pairs", "touched", "widened"]
