"""Words of models and nights: codes of the journal as people say them, and judgements told in the language of now."""

from __future__ import annotations

from types import MappingProxyType

import polars as pl

from qc_app.language import Phrases, bound, later, tr
from qc_app.views.vocabulary import in_words

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
_VERSIONS = MappingProxyType(
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
_JOBS = MappingProxyType(
    {
        "adapt": later("adapt"),
        "backfill": later("backfill"),
        "causes": later("causes"),
        "choose": later("choose"),
        "explain": later("explain"),
        "foresee": later("foresee"),
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
_PHRASES = Phrases(
    [
        later("{told}; estimated {value} ({lower} to {upper}) on {units} without"),
        later("{told}; estimated {value} on {units} without"),
        later("{told}; cannot estimate: {n} units, {needed} are needed"),
        later("{told}; cannot estimate: only {share} of {n} units lie in the known domain"),
        later("{told}; cannot estimate: over {n} windows of other labels ups were estimated as downs (rank {rank})"),
        later("{told}; cannot estimate: {reason}"),
        later("nothing was said of a unit before its label came"),
        later("error {value} on {labels} ({lower} to {upper}), {mean} by the mean"),
        later("error {value} on {labels}, {mean} by the mean"),
        later("Brier score {value} on {labels} ({lower} to {upper}), {mean} by the mean"),
        later("Brier score {value} on {labels}, {mean} by the mean"),
        later(
            "still good: adapting gains {gain} of a spread a label, usual {usual}; one false alarm in about {n} points"
        ),
        later("no sign of trouble; the chart of the gain begins after {n} more points of {labels} labels"),
        later("the gain of adapting fell to {gain} of a spread, below {lower} (usual {usual})"),
        later("adapting is worse than the stage's mean: {gain} of a spread on the newest {n} labels"),
        later("only {inside} of the newest {n} labels lie in their {share} interval"),
        later("Proposed by {who}: {reason}; it waits for the approval of a second person"),
        later("Promoted by {who}: {reason}"),
        later("Approved by {who}: {reason}; found before: {told}"),
        later("Rejected by {who}: {reason}"),
        later("Rolled back by {who}: {reason}"),
        later("{count} label"),
        later("{count} labels"),
        later("{count} unit"),
        later("{count} units"),
    ]
)


def judgement(sentence: str) -> str:
    """Return what a night or a person judged, in the language of now.

    Examples
    --------
    >>> from qc_app.language import speaking
    >>> with speaking("de"):
    ...     judgement("error 0.02 mm on 12 labels (0.01 to 0.03), 0.04 by the mean")
    'Fehler 0,02 mm an 12 Prüfergebnissen (0,01 bis 0,03), 0,04 mit dem Mittelwert'
    """
    return _PHRASES.retold(sentence)


def judgements(*columns: str) -> list[pl.Expr]:
    """Return columns of such sentences in the language of now."""
    return [pl.col(column).map_elements(bound(judgement), return_dtype=pl.String) for column in columns]


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
    return in_words("status", _VERSIONS)


def job_word(job: str) -> str:
    """Return what a job does; behind it stands what it is done for.

    Examples
    --------
    >>> job_word("adapt thickness"), job_word("night ingest"), job_word("unheard of")
    ('adapt thickness', 'night ingest', 'unheard of')
    """
    head, _, of = ("", "", "") if job in _JOBS else job.partition(" ")
    known = job if job in _JOBS else head
    return f"{tr(_JOBS[known])} {of}".rstrip() if known in _JOBS else job


def jobs() -> pl.Expr:
    """Return the column of jobs in words."""
    return pl.col("job").map_elements(bound(job_word), return_dtype=pl.String)
