"""Tables as CSV that a spreadsheet cannot mistake for formulas."""

from __future__ import annotations

import polars as pl

_DANGER = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """Return a table as CSV (UTF-8 with a mark for Excel).

    Text that begins with a sign of a formula gets a leading apostrophe (OWASP ASVS 1.2.10); numbers stay numbers;
    lists are left out.

    Examples
    --------
    >>> csv_bytes(pl.DataFrame({"unit": ["=1+1", "C-1"], "value": [-1.5, 2.0]})).decode("utf-8-sig").splitlines()
    ['unit,value', "'=1+1,-1.5", 'C-1,2.0']
    """
    flat = frame.select(name for name, kind in frame.schema.items() if not kind.is_nested())
    texts = [name for name, kind in flat.schema.items() if kind == pl.String]
    guarded = flat.with_columns(_guarded(name) for name in texts)
    heads = {name: f"'{name}" for name in guarded.columns if name.startswith(_DANGER)}
    return b"\xef\xbb\xbf" + guarded.rename(heads).write_csv(datetime_format="%Y-%m-%dT%H:%M:%S%:z").encode()


def _guarded(name: str) -> pl.Expr:
    dangerous = pl.any_horizontal(*(pl.col(name).str.starts_with(sign) for sign in _DANGER))
    return pl.when(dangerous).then(pl.lit("'") + pl.col(name)).otherwise(pl.col(name)).alias(name)
