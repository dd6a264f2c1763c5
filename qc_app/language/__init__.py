"""Four languages: texts, numbers and dates as the person in front of the screen reads them; pure, knows no screen."""

from qc_app.language.numerals import count, figures_of, number, per_cent, power_of_ten, signed
from qc_app.language.phrases import Phrases, between
from qc_app.language.speech import ENGLISH, LANGUAGES, bound, nearest_language, speaking, spoken
from qc_app.language.times import (
    browser_dates,
    clock_pattern,
    clocked,
    dated,
    day_of,
    picture_day,
    picture_locale,
    timed,
)
from qc_app.language.words import foreign, is_foreign, known, later, ntr, tr

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "Phrases",
    "between",
    "bound",
    "browser_dates",
    "clock_pattern",
    "clocked",
    "count",
    "dated",
    "day_of",
    "figures_of",
    "foreign",
    "is_foreign",
    "known",
    "later",
    "nearest_language",
    "ntr",
    "number",
    "per_cent",
    "picture_day",
    "picture_locale",
    "power_of_ten",
    "signed",
    "speaking",
    "spoken",
    "timed",
    "tr",
]
