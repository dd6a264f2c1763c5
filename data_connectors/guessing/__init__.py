"""What a delivery that nobody prepared probably means: a guess for each question, with its reason, to be checked."""

from data_connectors.guessing.columns import Guess, guess_columns
from data_connectors.guessing.names import guess_unit, plain_name
from data_connectors.guessing.text import Layout, decimal_of, guess_heading, guess_layout, wide_of

__all__ = [
    "Guess",
    "Layout",
    "decimal_of",
    "guess_columns",
    "guess_heading",
    "guess_layout",
    "guess_unit",
    "plain_name",
    "wide_of",
]
