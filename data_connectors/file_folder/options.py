"""Settings of a file folder."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field
from pathlib import Path

from data_connectors.errors import DefinitionError
from data_connectors.names import nearest
from data_connectors.rows.quality_codes import Family, family_named
from data_connectors.rows.times import TimePolicy
from data_connectors.schema import Source, Window
from data_connectors.settings_keys import require_known, setting

#: File name endings and the format they stand for.
SUFFIXES = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv",
    ".parquet": "parquet", ".pq": "parquet",
    ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".dfq": "dfq",
    ".xlsx": "excel", ".xlsm": "excel", ".xls": "excel", ".xlsb": "excel", ".ods": "excel",
}  # fmt: skip
#: Formats that say nothing by their ending are declared: long exports of historians, labelled ranges of time.
FORMATS = ("auto", "csv", "parquet", "jsonl", "excel", "historian", "ranges", "dfq")
_FROM_ELSEWHERE = ("decimal", "policy", "quality_codes", "window", "staged")


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of a file folder.

    Parameters
    ----------
    path : pathlib.Path
        The folder; its subfolders are not read.
    pattern : str
        Shell pattern that file names must match.
    format : {"auto", "csv", "parquet", "jsonl", "excel", "historian", "ranges", "dfq"}
        Auto: by the ending of the name; other endings are left alone.
    separator, encoding, quote : str
        Of text files; an empty `quote` makes quotes ordinary characters.
    settle_s : float
        For how many seconds size and time of a file must have stood still; 0 if writers rename files into place.
    marker : str
        If set: a file is complete when another one of its name and this ending (".done") is there.
    sheet : str
        Name of the sheet of a workbook; empty for its first.
    heading_line : int
        Of text and workbooks: the line that names the columns, from 1; titles and remarks may stand above it. In a
        workbook lines count from the first that holds anything.
    batch_rows : int
        Rows of a batch, about.
    max_mb : int
        Largest size of a workbook, unpacked, and of a text in an encoding that cannot be cut.
    unit_tag : str
        Of an export of a historian: the tag that names the unit; empty: a row is a moment.
    decimal : str
        The source's decimal sign, with which numbers that need none are written as text.
    policy : TimePolicy
        How the source's times are read, for formats that order rows by time.
    quality_codes : {"auto", "opc_ua", "opc_da"}
        Whose numbers the source's quality codes are, for formats that judge by them.
    window : Window or None
        Of the stage that is read for, for labels of ranges of time.
    staged : bool
        Whether the stage is known; a look at a file alone goes without.
    """

    path: Path
    pattern: str = "*"
    format: str = "auto"
    separator: str = ","
    encoding: str = "utf-8"
    quote: str = '"'
    settle_s: float = 5.0
    marker: str = ""
    sheet: str = ""
    heading_line: int = 1
    batch_rows: int = 250_000
    max_mb: int = 512
    unit_tag: str = ""
    decimal: str = "."
    policy: TimePolicy = field(default_factory=TimePolicy)
    quality_codes: Family = "auto"
    window: Window | None = None
    staged: bool = False

    def __post_init__(self) -> None:
        """Check the choices that can be checked without the folder."""
        if self.format not in FORMATS:
            raise DefinitionError(f"format {self.format!r} - did you mean {nearest(self.format, FORMATS) or 'csv'!r}?")
        if len(self.separator.encode()) != 1 or len(self.quote.encode()) > 1:
            raise DefinitionError(f"separator {self.separator!r}, quote {self.quote!r} - each must be one ASCII sign")
        if self.settle_s < 0 or min(self.batch_rows, self.max_mb, self.heading_line) < 1:
            raise DefinitionError("settle_s must not be negative, batch_rows, max_mb and heading_line at least 1")
        try:
            codecs.lookup(self.encoding)
        except LookupError as error:
            raise DefinitionError(f"encoding {self.encoding!r} is not known - use e.g. utf-8, cp1252") from error

    @classmethod
    def of(cls, source: Source) -> Options:
        """Return the options that the plant definition gives `source`."""
        require_known(source, {name: None for name in cls.__slots__ if name not in _FROM_ELSEWHERE})
        folder = setting(source, "path", "")
        if not folder:
            raise DefinitionError(f"source {source.name!r}: path is missing - give the folder, e.g. path = '/data/in'")
        where = f"source {source.name!r}"
        try:
            return cls(
                path=Path(folder),
                pattern=setting(source, "pattern", "*"),
                format=setting(source, "format", "auto"),
                separator=setting(source, "separator", ","),
                encoding=setting(source, "encoding", "utf-8"),
                quote=setting(source, "quote", '"'),
                settle_s=setting(source, "settle_s", 5.0),
                marker=setting(source, "marker", ""),
                sheet=setting(source, "sheet", ""),
                heading_line=setting(source, "heading_line", 1),
                batch_rows=setting(source, "batch_rows", 250_000),
                max_mb=setting(source, "max_mb", 512),
                unit_tag=setting(source, "unit_tag", ""),
                decimal=source.decimal,
                policy=TimePolicy.of(source),
                quality_codes=family_named(source.settings.get("quality_codes", "auto"), where),
            )
        except DefinitionError as error:
            raise DefinitionError(
                f"source {source.name!r}: {str(error).removeprefix(f'source {source.name!r}: ')}"
            ) from error

    def format_of(self, name: str) -> str | None:
        """Return the format of a file, or None where its ending says nothing."""
        return SUFFIXES.get(Path(name).suffix.casefold()) if self.format == "auto" else self.format
