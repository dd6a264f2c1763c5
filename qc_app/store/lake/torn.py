"""What a power cut may leave half written at the end of a table's log, and how the table becomes readable again."""

from __future__ import annotations

import json
from pathlib import Path

from qc_app.store.durable import sync

_END_OF_PARQUET = b"PAR1"


def set_torn_aside(log: Path) -> list[str]:
    """Rename the newest log entry and the newest summary of the log if they are half written; return their names.

    A commit is acknowledged only after its log entry is on the disk, so a torn entry was never acknowledged and its
    source delivers again. A torn summary repeats entries that are all still there.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / f"{7:020}.json").write_text('{"add":{"pa')
    ...     set_torn_aside(Path(folder)), [path.name for path in Path(folder).iterdir()]
    (['00000000000000000007.json'], ['00000000000000000007.json.torn'])
    """
    torn = [path for path in (_newest(log, ".json"), _newest(log, ".checkpoint.parquet")) if path and not _whole(path)]
    for path in torn:
        path.rename(path.with_name(path.name + ".torn"))
        (log / "_last_checkpoint").unlink(missing_ok=True)
    if torn:
        sync(log)
    return [path.name for path in torn]


def _newest(log: Path, ending: str) -> Path | None:
    return max((path for path in log.glob("[0-9]*" + ending)), default=None)


def _whole(path: Path) -> bool:
    content = path.read_bytes()
    if path.suffix == ".parquet":
        return content.startswith(_END_OF_PARQUET) and content.endswith(_END_OF_PARQUET) and len(content) > 12
    try:
        return all(isinstance(json.loads(line), dict) for line in content.splitlines())
    except ValueError:
        return False
