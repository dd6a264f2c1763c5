"""Parquet: typed columns, read in slices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import polars as pl

from data_connectors.file_folder.options import Options
from data_connectors.file_folder.pieces import Piece, Start, Unreadable


def read_parquet(file: BinaryIO, options: Options, start: Start) -> Iterator[Piece]:
    """Yield the pieces of a Parquet file from `start` on.

    Raises
    ------
    Unreadable
        Reason bad_parquet.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file, memory_map=False) as parquet:
            first = 0
            for batch in parquet.iter_batches(batch_size=options.batch_rows):
                first += batch.num_rows
                if first > start.place:
                    yield Piece(_frame(batch), first - batch.num_rows, first)
            yield Piece(_frame(parquet.schema_arrow.empty_table()), first, -1)
    except (pa.ArrowException, OSError, ValueError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        said = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise Unreadable("bad_parquet", f"is no readable Parquet file ({said}) - write it again") from error


def _frame(batch: Any) -> pl.DataFrame:
    """Return a batch as a frame; checked in full before, for polars takes the text of an Arrow array on trust.

    Only names and arrays are handed on: foreign metadata that is no text would stop polars.
    """
    batch.validate(full=True)
    frame = pl.from_arrow(type(batch).from_arrays(batch.columns, names=batch.schema.names))
    return frame if isinstance(frame, pl.DataFrame) else frame.to_frame()
