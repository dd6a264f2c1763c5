"""Does a representation of stages know where a model will carry over? ``qc bench likeness``."""

from models.bench.likeness.measure import Found, Worth, compare, table, worths

__all__ = ["Found", "Worth", "compare", "table", "worths"]
