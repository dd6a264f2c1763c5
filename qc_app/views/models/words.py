"""Words of models and nights: codes of the journal as people say them."""

from __future__ import annotations

from types import MappingProxyType

import polars as pl

from qc_app.language import later, tr
from qc_app.views.vocabulary import in_words, told_columns

_VERDICTS = MappingProxyType(
    {
        "promoted": later("promoted"),
        "kept": later("kept"),
        "undecided": later("undecided"),
        "awaiting": later("awaiting"),
        "skipped": later("skipped"),
        "failed": later("failed"),
        "rolled_back": later("rolled back"),
    }
)
VERSIONS = MappingProxyType(
    {
        "challenger": later("challenger"),
        "champion": later("champion"),
        "previous": later("previous"),
        "retired": later("retired"),
        "rejected": later("rejected"),
        "quarantined": later("quarantined"),
    }
)
#: First word of a job, or of what was asked for -> what it does.
JOBS = MappingProxyType(
    {
        "adapt": later("adapt"),
        "backfill": later("backfill"),
        "causes": later("causes"),
        "choose": later("choose"),
        "explain": later("explain"),
        "foresee": later("foresee"),
        "gain": later("gain of adapting"),
        "ingest": later("ingest"),
        "judge": later("judge"),
        "losses": later("losses"),
        "mend_column": later("mend column"),
        "monitor": later("monitor"),
        "night": later("night"),
        "night ingest": later("night ingest"),
        "perform": later("perform"),
        "predict": later("predict"),
        "replay_quarantine": later("replay quarantine"),
        "report": later("report"),
        "requests": later("requests"),
        "retune": later("search of settings"),
        "train": later("train"),
        "upkeep": later("upkeep"),
        "watch": later("watch"),
    }
)


def verdict_word(verdict: str) -> str:
    """Return a verdict on a model in words.

    Examples
    --------
    >>> verdict_word("rolled_back")
    'rolled back'
    """
    return tr(_VERDICTS[verdict]) if verdict in _VERDICTS else verdict


def verdicts() -> pl.Expr:
    """Return the column of verdicts on models in words."""
    return in_words("verdict", _VERDICTS)


def version_states() -> pl.Expr:
    """Return the column of what became of a version in words."""
    return in_words("status", VERSIONS)


def job_word(job: str) -> str:
    """Return what a job does; behind it stands what it is done for.

    Examples
    --------
    >>> job_word("adapt thickness"), job_word("night ingest"), job_word("unheard of")
    ('adapt thickness', 'night ingest', 'unheard of')
    """
    head, _, of = ("", "", "") if job in JOBS else job.partition(" ")
    known = job if job in JOBS else head
    return f"{tr(JOBS[known])} {of}".rstrip() if known in JOBS else job


def jobs(table: pl.DataFrame) -> list[pl.Series]:
    """Return the column of jobs in words."""
    return told_columns(table, job_word, "job")
