"""Words of deliveries: codes of the journal as people say them, and what was written of rows and columns."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from qc_app.language import Phrases, later, tr
from qc_app.views.vocabulary import in_words, told_columns

_CARRIES = MappingProxyType({"measurements": later("measurements"), "labels": later("labels")})
_LINKS = MappingProxyType(
    {
        "connected": later("connected"),
        "connecting": later("connecting"),
        "paused": later("paused"),
        "disconnected": later("disconnected"),
        "refused": later("refused"),
        "stopped": later("stopped"),
    }
)
_EVENTS = MappingProxyType(
    {
        "tool_change": later("tool change"),
        "grade_change": later("grade change"),
        "maintenance": later("maintenance"),
        "supplier_lot": later("supplier lot"),
        "shift": later("shift"),
        "note": later("note"),
    }
)
_REASONS = MappingProxyType(
    {
        "missing_unit": later("no unit id"),
        "no_unit_word": later("no unit id, but a word for nothing"),
        "bad_unit": later("odd unit id"),
        "empty_row": later("empty row"),
        "rounded_unit": later("rounded unit id"),
        "missing_time": later("no time"),
        "unparsable_time": later("unreadable time"),
        "naive_time": later("time without zone"),
        "ambiguous_time": later("time that came twice"),
        "nonexistent_time": later("time that never was"),
        "time_out_of_range": later("time out of range"),
        "future_time": later("time in the future"),
        "dup_conflict": later("told twice, differently"),
        "type_changed": later("no numbers any more"),
        "not_a_number": later("no number"),
        "not_binary": later("neither 0 nor 1"),
        "unknown_word": later("a word of neither good nor bad"),
        "bad_quality": later("bad by the source's own code"),
        "bad_csv": later("unreadable CSV"),
        "bad_dfq": later("unreadable DFQ"),
        "bad_json": later("unreadable JSON"),
        "bad_range": later("unreadable range"),
        "column_count": later("wrong number of columns"),
        "repeated_header": later("header repeated"),
        "spool_damaged": later("damaged on disk"),
        "too_late": later("too late"),
    }
)
_CAUSES = MappingProxyType(
    {
        "agent_restarted": later("agent restarted"),
        "buffer_overflow": later("buffer ran over"),
        "clock_back": later("clock set back"),
        "disconnected": later("disconnected"),
        "no_history": later("no history"),
        "offset_lost": later("offset lost"),
        "restored": later("restored from a backup"),
        "sequence_hole": later("hole in the sequence"),
        "server_down": later("server down"),
        "session_lost": later("session lost"),
        "spool_full": later("spool full"),
        "spool_lost": later("spool lost"),
        "stale": later("stale"),
    }
)
_STRETCHES = MappingProxyType({"open": later("open"), "closed": later("closed")})
_CHANGES = MappingProxyType(
    {
        "new_column": later("new column"),
        "renamed": later("renamed"),
        "unit_changed": later("unit changed"),
        "type_changed": later("type changed"),
    }
)
_COLUMNS = MappingProxyType(
    {
        "declared": later("declared"),
        "inactive": later("kept, read by no model"),
        "left_out": later("not kept"),
    }
)

DELIVERIES = (
    later("stage {stage}: row {n} of {origin}: {told}"),
    later("no unit id in {column} - fill it in and replay"),
    later("unit id {unit} is a program's word for nothing - fill the id in and replay"),
    later(
        "unit id {unit} holds invisible characters or more than {most} - correct it at the source",
    ),
    later("no time in {column} - fill it in and replay"),
    later("time {time} in {column} cannot be read - {what}"),
    later("set time_format in {place}, e.g. time_format = {form}"),
    later("set time_format in {place}"),
    later("it has no digit: take the line away if it holds units or a remark"),
    later("it has no date: let the source write date and time into one column"),
    later("no calendar has this day, or no clock this time: correct it at the source"),
    later("it is not like {setting} in {place}: correct one of the two"),
    later("{name} is no offset: let the source write one such as +01:00, or leave it away and set zone in {place}"),
    later("it is a spreadsheet's number of days: format the column as date and time, and save it again"),
    later("the row is empty - remove it"),
    later(
        "unit id {unit} is a number that a spreadsheet has rounded, so units cannot be told apart - format the "
        "column as text and export it again"
    ),
    later("time {time} has no zone - set zone in {place}, e.g. zone = {example}"),
    later("time {time} came twice in zone {zone} - set {setting} in {place}"),
    later("time {time} never was in zone {zone} - set {setting} in {place}"),
    later("time {time} is not within {range} - correct it at the source"),
    later("time {time} is more than {skew} ahead of now - correct the source's clock"),
    later("unit {unit} was delivered before at {time} with other values - keep one of the two"),
    later(
        "a column that held numbers until now holds none in any row - see `qc schema list`; correct decimal or the "
        "mapping in {place}, then replay"
    ),
    later("label {value} of {column} is no number - correct it and replay"),
    later("label {value} of {column} is neither 0 nor 1 - correct it and replay"),
    later("label {value} of {column} is neither 0 nor 1 - write 0 or 1, or name the word under good or bad in {place}"),
    later("label {value} of {column} is bad by the source's own quality code - measure again"),
    later(
        "Column {column} of {source} is new. Its numbers are kept and no model reads them: accept to make it a "
        "parameter (what came since is there), decline to keep it no more."
    ),
    later(
        "{name} was usually {old} and comes as {new}, which would be the same in {unit}. It is held back: accept "
        "if it comes in {again} now, decline if the process really changed."
    ),
    later(
        "{name} came as numbers and is none in any row now. The rows are in quarantine: correct decimal or mapping "
        "of {source}, replay them, then accept."
    ),
    later(
        "Column {old} vanished when {new} came with the same distribution. Accept if it is {name} under a new name "
        "(its history is joined), decline if it is something else. Its values are those of {gone} in {unit}."
    ),
    later(
        "Column {old} vanished when {new} came with the same distribution. Accept if it is {name} under a new name "
        "(its history is joined), decline if it is something else."
    ),
    later("Accepted: {changes}."),
    later("Accepted."),
    later("Declined: {what}."),
    later("the values are let go as they came"),
    later("its alarm is closed"),
    later("both stay what they are, the new column is kept no more"),
    later("the column is kept no more"),
    later("a day"),
    later("asked again: {n} new rows of it"),
)
_PHRASES = Phrases(DELIVERIES)


def delivery_words(sentence: str) -> str:
    """Return what was written of a row, of a column or of an answer about one, in the language of now.

    Examples
    --------
    >>> from qc_app.language import speaking
    >>> with speaking("de"):
    ...     delivery_words("Declined: its alarm is closed.")
    'Abgelehnt: der Alarm ist geschlossen.'
    """
    return _PHRASES.retold(sentence)


def delivered(table: pl.DataFrame, *columns: str) -> list[pl.Series]:
    """Return columns of such sentences in the language of now."""
    return told_columns(table, delivery_words, *columns)


def event_word(kind: str) -> str:
    """Return a kind of event in a word; those that a plant names are its own.

    Examples
    --------
    >>> event_word("tool_change"), event_word("mould_wash")
    ('tool change', 'mould wash')
    """
    return tr(_EVENTS[kind]) if kind in _EVENTS else kind.replace("_", " ")


def events(table: pl.DataFrame) -> list[pl.Series]:
    """Return the column of kinds of events in words."""
    return told_columns(table, event_word, "kind")


def carried() -> pl.Expr:
    """Return the column of what sources carry in words."""
    return _words("carries", _CARRIES)


def links() -> pl.Expr:
    """Return the column of how live sources are connected in words."""
    return _words("link", _LINKS)


def reasons() -> pl.Expr:
    """Return the column of why pieces are held in words."""
    return _words("reason", _REASONS)


def causes() -> pl.Expr:
    """Return the column of why nothing is known of a stretch in words."""
    return _words("cause", _CAUSES)


def stretches() -> pl.Expr:
    """Return the column of whether a stretch is still a gap in words."""
    return _words("state", _STRETCHES)


def changes() -> pl.Expr:
    """Return the column of what changed in a column of a source in words."""
    return _words("kind", _CHANGES)


def column_words() -> pl.Expr:
    """Return the column of what is done with the columns of sources in words."""
    return _words("state", _COLUMNS)


def _words(column: str, words: Mapping[str, str]) -> pl.Expr:
    """Return a column of codes in words; an unknown code without its underscores."""
    return in_words(column, words).str.replace_all("_", " ", literal=True)
