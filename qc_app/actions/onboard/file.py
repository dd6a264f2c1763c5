"""Whether an uploaded file is what its name says, and not too much: by its first bytes and its size unpacked."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from data_connectors.guessing import wide_of
from qc_app.errors import ActionError

MAX_MB = 50
#: What a file of these endings begins with, and what it is called.
_BEGINNINGS = {".xlsx": b"PK\x03\x04", ".parquet": b"PAR1"}
_TEXTS = (".csv", ".tsv", ".txt")
ENDINGS = tuple(ending[1:] for ending in (*_TEXTS, *_BEGINNINGS))
_EXPANDED_MB = 512
_MEMBERS = 10_000


def require_fit(name: str, data: bytes) -> str:
    r"""Return the ending of an uploaded file if its content is what it says, and not too much.

    Raises
    ------
    ActionError
        What is wrong, and what to do.

    Examples
    --------
    >>> require_fit("shift.CSV", b"a,b\n1,2\n")
    '.csv'
    >>> require_fit("shift.csv", b"PK\x03\x04...")
    Traceback (most recent call last):
    qc_app.errors.ActionError: 'shift.csv' is no text but a workbook or archive - upload it as .xlsx, or save it as CSV
    """
    ending = Path(name).suffix.lower()
    shown = repr(name[:80])
    if ending not in (*_TEXTS, *_BEGINNINGS):
        raise ActionError(f"{shown}: files end in {', '.join(ENDINGS)} here - save the data as one of these")
    if not data:
        raise ActionError(f"{shown} is empty - upload a file with a line of headings and rows")
    if len(data) > MAX_MB << 20:
        raise ActionError(
            f"{shown} has {len(data) >> 20} MB, at most {MAX_MB} can be uploaded - put it into a folder and name that"
        )
    if ending in _TEXTS:
        _require_text(shown, data)
    elif not data.startswith(_BEGINNINGS[ending]):
        raise ActionError(f"{shown} does not begin like {ending} - save it again in that format")
    elif ending == ".xlsx":
        _require_small_workbook(shown, data)
    else:
        _require_small_parquet(shown, data)
    return ending


def _require_text(shown: str, data: bytes) -> None:
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise ActionError(f"{shown} is no text but a workbook or archive - upload it as .xlsx, or save it as CSV")
    if data.startswith((b"\x1f\x8b", b"BZh")):
        raise ActionError(f"{shown} is packed - unpack it and upload the table")
    if b"\0" in data[:65_536] and not wide_of(data):
        raise ActionError(f"{shown} is no text (it holds zero bytes) - save the table as CSV")


def _require_small_workbook(shown: str, data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise ActionError(f"{shown} is no readable workbook - save it again") from None
    if "[Content_Types].xml" not in {m.filename for m in members}:
        raise ActionError(f"{shown} is an archive, but no workbook - save the table as .xlsx or CSV")
    if len(members) > _MEMBERS or sum(m.file_size for m in members) > _EXPANDED_MB << 20:
        raise ActionError(f"{shown} unpacks to more than {_EXPANDED_MB} MB - save the data as CSV or Parquet")


def _require_small_parquet(shown: str, data: bytes) -> None:
    import pyarrow.parquet as pq

    try:
        found = pq.read_metadata(io.BytesIO(data))
        size = sum(found.row_group(i).total_byte_size for i in range(found.num_row_groups))
    except (OSError, ValueError):
        raise ActionError(f"{shown} is no readable Parquet file - save it again") from None
    if size > _EXPANDED_MB << 20:
        raise ActionError(f"{shown} unpacks to more than {_EXPANDED_MB} MB - put it into a folder and name that")
