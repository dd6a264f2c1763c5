"""The file folder as a source."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO, ClassVar

import polars as pl

from data_connectors.base import Batch, Column, Conformed, Probe, Reject
from data_connectors.columns import missing, sentence
from data_connectors.discovery import columns_of
from data_connectors.errors import SchemaError, SourceUnavailable
from data_connectors.file_folder.ahead import ahead
from data_connectors.file_folder.beginnings import refuse_others
from data_connectors.file_folder.csv_text import read_csv
from data_connectors.file_folder.excel import read_excel
from data_connectors.file_folder.exports.dfq import read_dfq
from data_connectors.file_folder.exports.historian import read_historian
from data_connectors.file_folder.exports.ranges import read_ranges
from data_connectors.file_folder.json_lines import read_json_lines
from data_connectors.file_folder.listing import Found, files, opened, overdue, unfinished
from data_connectors.file_folder.options import Options
from data_connectors.file_folder.parquet import read_parquet
from data_connectors.file_folder.pieces import Piece, Start, Unreadable
from data_connectors.file_folder.progress import DONE, HELD, Entry, Progress
from data_connectors.file_folder.settled import Ledger
from data_connectors.names import listed, printable
from data_connectors.rows.conform import conform
from data_connectors.schema import Source, Stage

Reader = Callable[[BinaryIO, Options, Start], Iterator[Piece]]
READERS: dict[str, Reader] = {
    "csv": read_csv,
    "parquet": read_parquet,
    "jsonl": read_json_lines,
    "excel": read_excel,
    "historian": read_historian,
    "ranges": read_ranges,
    "dfq": read_dfq,
}
_FEW_ROWS = 1000
#: A look reads about a megabyte at a time, so that the longest lines are whole.
_LOOK = 4_096


class FileFolder:
    """Files dropped into one folder by machines or people.

    A file is read when it is proven complete, and again when it changes: its rows then are duplicates or revisions.
    A file that cannot be read, or lacks a declared column, is rejected as a whole once, stays where it is, and is read
    again when it or the plant definition changes; the others go on. Nothing is ever moved, changed or deleted.

    Parameters
    ----------
    source : Source
        Settings as in :class:`~data_connectors.file_folder.options.Options`.
    now : callable
        The present moment, aware: what times of events are compared with.
    wall_s : callable
        The file system's clock in seconds since 1970: what ages of files are counted by.

    Raises
    ------
    DefinitionError
        If a setting is unknown or impossible.
    """

    kind: ClassVar[str] = "file_folder"

    def __init__(self, source: Source, now: Callable[[], datetime], *, wall_s: Callable[[], float] = time.time) -> None:
        self.source = source
        self._now = now
        self._wall_s = wall_s
        self._options = Options.of(source)

    def read(self, stage: Stage, since: str | None) -> Iterator[Batch]:
        """Yield what complete files hold that the checkpoint `since` does not have yet, oldest file first.

        Raises
        ------
        SourceUnavailable
            If the folder is not there.
        """
        self._options = replace(self._options, window=stage.window, staged=True)
        there = files(self._options)
        ledger = Ledger(Progress.parse(since), there, _digest((stage, self.source)))
        for n, found in enumerate(there):
            if ledger.covers(n):
                continue
            known = ledger.entry(n)
            definition = _digest((stage, self.source, found.ctime_ns))
            if known is not None and known.same(found.size, found.mtime_ns):
                if known.place == DONE or (known.place == HELD and known.definition == definition):
                    continue
            else:
                known = None
            for batch, entry in self._batches(stage, found, definition, known):
                ledger.note(n, entry)
                yield replace(batch, after=ledger.text())

    def _batches(
        self, stage: Stage, found: Found, definition: str, known: Entry | None
    ) -> Iterator[tuple[Batch, Entry]]:
        """Yield batches of one file, each with the entry that is true once it is stored."""
        place, row = (known.place, known.row) if known is not None and known.place > 0 else (0, 0)
        held = Entry(found.size, found.mtime_ns, definition, HELD, row)
        try:
            if not self._complete(found):
                return
            for piece in self._pieces(found, place, row):
                _require_columns(piece, stage, self.source, found.name)
                entry = replace(held, place=piece.place, row=piece.first + piece.frame.height + len(piece.rejects))
                yield self._batch(stage, found, piece), entry
        except Unreadable as error:
            name = printable(found.name)
            said = str(error) if error.reason == "missing_column" else f"stage {stage.id!r}: {name} {error}"
            reject = Reject(name, -1, error.raw, error.reason, said)
            yield Batch(stage.id, pl.DataFrame(), "", name, (reject,)), held

    def _batch(self, stage: Stage, found: Found, piece: Piece) -> Batch:
        name = printable(found.name)
        origin = name if piece.first == 0 else f"{name} from row {piece.first + 1}"
        return Batch(stage.id, piece.frame, "", origin, piece.rejects)

    def _complete(self, found: Found) -> bool:
        """Tell whether a file can be read now; one that waits too long is said to be half written."""
        wall_s = self._wall_s()
        why = unfinished(found, self._options, wall_s)
        if why is not None and overdue(found, self._options, wall_s):
            self._refuse_others(found)
            raise Unreadable("half_written", f"{why} - finish it, or set settle_s = 0 if files are renamed into place")
        return why is None

    def _refuse_others(self, found: Found) -> None:
        """Raise Unreadable for a file of bytes under the name of a text: it has no last line that could end."""
        with suppress(OSError), os.fdopen(opened(self._options.path, found.name), "rb") as file:
            refuse_others(file.read(100), self._options.encoding)

    def _pieces(self, found: Found, place: int, row: int, options: Options | None = None) -> Iterator[Piece]:
        """Yield the pieces of a file as long as it stays the one that was found."""
        options = options or self._options
        reader = READERS[options.format_of(found.name) or "csv"]
        try:
            descriptor = opened(options.path, found.name)
        except FileNotFoundError:
            return
        except OSError as error:
            raise Unreadable("no_access", f"cannot be opened ({error.strerror}) - give the right to read it") from error
        with os.fdopen(descriptor, "rb") as file:
            for piece in ahead(_closed(reader(file, options, Start(printable(found.name), place, row)))):
                if not (found.same(os.fstat(file.fileno())) and self._still(found)):
                    return
                yield piece

    def _still(self, found: Found) -> bool:
        try:
            return found.same((self._options.path / found.name).lstat())
        except OSError:
            return False

    def acknowledge(self, after: str) -> None:
        """Do nothing: files stay where they are."""

    def discover(self) -> list[Column]:
        """List the columns of the newest complete file.

        Raises
        ------
        SchemaError
            If it cannot be read.
        """
        return columns_of(self.sample())

    def sample(self, rows: int = _FEW_ROWS) -> pl.DataFrame:
        """Return the first `rows` rows of the newest complete file; no column where there is none.

        Raises
        ------
        SchemaError
            If it cannot be read.
        """
        try:
            found = self._sample(rows)
        except Unreadable as error:
            raise SchemaError(f"source {self.source.name!r}: the newest complete file {error}") from error
        return pl.DataFrame() if found is None else found[1].frame.head(rows)

    def check(self) -> list[Probe]:
        """Look into the folder: is it there, what waits in it, can the newest complete file be read."""
        try:
            there = files(self._options)
        except SourceUnavailable as error:
            return [Probe("folder", ok=False, message=str(error))]
        probes = [Probe("folder", ok=True, message=f"{self._options.path} can be listed")]
        waiting = [f"{f.name} ({why})" for f in there if (why := unfinished(f, self._options, self._wall_s()))]
        match = "1 file matches" if len(there) == 1 else f"{len(there)} files match"
        said = f"{match} {self._options.pattern!r}" if there else "no file yet, which is fine"
        probes.append(Probe("files", ok=True, message=said + (f"; not complete: {listed(waiting)}" if waiting else "")))
        return [*probes, *self._readable()]

    def _readable(self) -> list[Probe]:
        try:
            sample = self._sample()
        except Unreadable as error:
            return [Probe("newest file", ok=False, message=f"the newest complete file {error}")]
        if sample is None:
            return []
        name, piece = sample
        return [Probe("newest file", ok=True, message=f"{printable(name)} has {listed(piece.frame.columns)}")]

    def _sample(self, rows: int = _FEW_ROWS) -> tuple[str, Piece] | None:
        """Return name and first rows of the newest complete file, or None where there is none."""
        options = replace(self._options, batch_rows=max(rows, _LOOK))
        for found in reversed(files(options)):
            if unfinished(found, options, self._wall_s()) is None:
                first = _first(self._pieces(found, 0, 0, options), rows)
                if first is not None:
                    return found.name, first
        return None

    def preview(self, stage: Stage, rows: int = 20) -> Conformed:
        """Conform the first `rows` rows of the newest complete file; nothing is stored and no checkpoint moves."""
        self._options = replace(self._options, window=stage.window, staged=True)
        try:
            name, piece = self._sample(rows) or ("", Piece(pl.DataFrame(), 0, -1))
        except Unreadable as error:
            reject = Reject(self.source.name, -1, error.raw, error.reason, f"the newest complete file {error}")
            return conform(Batch(stage.id, pl.DataFrame(), "", "", (reject,)), stage, self.source, self._now())
        if absent := _absent(piece, stage, self.source, name):
            raise SchemaError(absent)
        odd = tuple(reject for reject in piece.rejects if reject.offset < rows)
        first = Batch(stage.id, piece.frame.head(rows), "", printable(name), odd)
        return conform(first, stage, self.source, self._now())

    def close(self) -> None:
        """Hold nothing open between reads, so there is nothing to close."""


def _digest(description: object) -> str:
    return hashlib.sha256(repr(description).encode(errors="surrogatepass")).hexdigest()[:12]


def _absent(piece: Piece, stage: Stage, source: Source, name: str) -> str:
    """Say which declared columns a piece lacks and what to do, or nothing where all are there."""
    heads = piece.frame.columns
    absent = missing(heads, stage, source) if heads else []
    if not absent:
        return ""
    said = sentence(heads, absent, stage, source, printable(name))
    if not piece.others:
        return said
    return f'{said}; or name another sheet ({listed(piece.others)}), e.g. sheet = "{piece.others[0]}"'


def _require_columns(piece: Piece, stage: Stage, source: Source, name: str) -> None:
    if said := _absent(piece, stage, source, name):
        raise Unreadable("missing_column", said, raw=",".join(piece.frame.columns))


def _first(pieces: Iterator[Piece], rows: int) -> Piece | None:
    """Return the first pieces as one, until they hold so many rows: lines of thousands of columns fill one early."""
    made: Piece | None = None
    for piece in pieces:
        if made is None:
            made = piece
        elif piece.frame.schema == made.frame.schema:
            frame, rejects = made.frame.vstack(piece.frame), (*made.rejects, *piece.rejects)
            made = replace(made, frame=frame, place=piece.place, rejects=rejects)
        else:
            break
        if made.frame.height >= rows:
            break
    return made


def _closed(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Yield the pieces, an empty last one merged into the one before it: no commit for nothing."""
    before: Piece | None = None
    try:
        for piece in pieces:
            if before is not None and piece.place == DONE and not piece.frame.height and not piece.rejects:
                before = replace(before, place=DONE)
                break
            if before is not None:
                yield before
            before = piece
    except Unreadable:
        if before is not None:
            yield before
        raise
    if before is not None:
        yield before
