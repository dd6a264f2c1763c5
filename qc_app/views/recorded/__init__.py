"""Sentences that were written down or said in English, told again in the language of now.

Journal, models, connectors and actions speak English. What they say is made of numbers, names and words in a fixed
order, so the templates of the rooms here (and those of drift, charts and deliveries) read it back; a sentence that fits
none (the message of a foreign library, somebody's own words) stays English and says so.
"""

from __future__ import annotations

import functools
import re

import polars as pl

from qc_app.language import ENGLISH, Phrases, later, signed, spoken
from qc_app.views.data.words import DELIVERIES
from qc_app.views.drift.words import DRIFT
from qc_app.views.models.words import JOBS, VERSIONS
from qc_app.views.recorded import (
    answers,
    checked,
    connectors,
    definitions,
    gate,
    models,
    nights,
    plant_files,
    reading,
    refusals,
    settings,
    sources,
    standing,
    store,
)
from qc_app.views.spc.refusals import REFUSALS
from qc_app.views.spc.words import SPC
from qc_app.views.vocabulary import CODES, told_columns

_PARTS = (later("{n} days"), later("{lower} to {upper}"), later("at most {value}"), later("at least {value}"))
_SENTENCES = (
    *(*standing.STATES, *standing.QUALITY, *standing.DATA, *standing.PROGRAM, *standing.TRANSFER, *standing.MEASURING),
    *(*answers.OUTCOMES, *answers.REFUSALS, *answers.ENTERED),
    *(*refusals.ACCOUNTS, *refusals.ENTRIES, *refusals.ABOUT_MODELS, *refusals.ABOUT_CHARTS),
    *(*refusals.FILES, *refusals.ONBOARDING, *refusals.OF_THE_PLANT),
    *(*definitions.CHANGES, *definitions.REMARKS),
    *(*gate.RULES, *gate.JUDGED, *gate.GUARDS, *gate.VERDICTS, *gate.BY_PEOPLE, *gate.PERFORMANCE, *gate.WATCHED),
    *(*nights.FAILED, *nights.DECIDED, *nights.DONE, *nights.LEARNER),
    *(*connectors.OF_FILES, *connectors.OF_SERVICES, *checked.CHECKED),
    *(*reading.FILE_CONTENTS, *reading.OVER_HTTP, *reading.LIVE, *reading.WRITING_BACK, *reading.SIMULATED),
    *(*settings.SIGNING_IN, *settings.OF_A_KIND, *settings.TAGS, *settings.ROWS, *settings.STAGES),
    *(*plant_files.PLANT_FILES, *store.STORE, *store.BACKUPS, *store.JOBS),
    *models.STANDS_ON,
    *(*sources.GAPS, *sources.BOOKS, *sources.KEPT_SAFE, *sources.HISTORY),
    *(*nights.OF_A_STAGE, *DRIFT, *DELIVERIES, *SPC, *REFUSALS),
)
_FIELDS = (
    *(*_PARTS, *gate.COUNTS, *nights.STEPS, *refusals.HINTS, *definitions.THINGS, *connectors.SUBJECTS),
    *(*reading.HINTS, *models.COUNTS),
    *(*CODES, *JOBS.values(), *VERSIONS.values()),
)
_PHRASES = Phrases(_SENTENCES, _FIELDS)
_KEPT = 8_192
_DIGEST = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{24}\b")
"""A model's number: eight of its signs name it on every page."""


def recorded(sentence: str) -> str:
    """Return a sentence of the journal in the language of now; one that no template fits stays English and says so.

    Examples
    --------
    >>> from qc_app.language import speaking
    >>> with speaking("de"):
    ...     recorded("no unit since 2026-03-02 05:00 +01:00, 2.5 days ago; one was due by 2026-03-03 05:00 +01:00")
    'keine Einheit seit 02.03.2026 05:00 +01:00, vor 2,5 Tagen; eine war bis 03.03.2026 05:00 +01:00 fällig'
    >>> recorded("nothing abnormal")
    'nothing abnormal'
    >>> recorded("300 units predicted by champion 57c484ff8f9900dfc229a10dcb8d35bc")
    '300 units predicted by champion 57c484ff'
    """
    return _told(_DIGEST.sub(r"\1", sentence), spoken())


def as_recorded(table: pl.DataFrame, *columns: str) -> list[pl.Series]:
    """Return columns of such sentences in the language of now.

    Examples
    --------
    >>> as_recorded(pl.DataFrame({"sentence": ["promoted", ""]}), "sentence")[0].to_list()
    ['promoted', '']
    """
    return told_columns(table, recorded, *columns)


@functools.lru_cache(maxsize=_KEPT)
def _told(sentence: str, _code: str) -> str:
    """Tell once what every page asks for again; the same sentence of a thousand stages is looked for once."""
    return signed(sentence) if spoken() == ENGLISH else _PHRASES.retold(sentence)
