"""What an InfluxDB answers, as rows of text under the names of their columns."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from data_connectors.errors import SchemaError, SourceUnavailable
from data_connectors.http import Answer, Session
from data_connectors.influx.options import InfluxOptions
from data_connectors.influx.questions import flux, influxql, influxql_name, sql, sql_text
from data_connectors.names import printable

Row = dict[str, str | None]
_JSON = "application/json"
_CSV = {"Accept": "application/csv"}


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks one measurement.

    Parameters
    ----------
    session : Session
    options : InfluxOptions
    where : str
        For messages.
    """

    session: Session
    options: InfluxOptions
    where: str

    def points(self, columns: list[str], since: int | None, limit: int) -> list[Row]:
        """Return points in the order of time, the time under ``time``: ns since 1970, or RFC 3339."""
        if self.options.dialect == "influxql":
            return self._series(influxql(self.options, columns, since, limit))
        if self.options.dialect == "sql":
            return self._json_rows(sql(self.options, columns, since, limit))
        rows = self._csv_rows(flux(self.options, columns, since, limit))
        return [{"time": row.pop("_time", None)} | row for row in rows]

    def columns(self) -> list[str]:
        """Return the names of the measurement's fields and tags.

        Raises
        ------
        SchemaError
            If there is no such measurement, or nothing in it yet.
        """
        ask: dict[str, Callable[[], list[str]]] = {
            "influxql": self._influxql_columns, "sql": self._sql_columns, "flux": self._flux_columns,
        }  # fmt: skip
        found = ask[self.options.dialect]()
        if not found:
            raise SchemaError(
                f"{self.where}: measurement {self.options.measurement!r} of {self.options.database!r} has no fields -"
                " check measurement and database, or wait for its first point"
            )
        return [name for name in found if name != "time"]

    def _influxql_columns(self) -> list[str]:
        place = influxql_name(self.options.measurement)
        fields = self._series(f"SHOW FIELD KEYS FROM {place}")
        tags = self._series(f"SHOW TAG KEYS FROM {place}")
        return [str(row.get("fieldKey") or row.get("tagKey")) for row in [*fields, *tags]]

    def _sql_columns(self) -> list[str]:
        table = sql_text(self.options.measurement)
        asked = f"SELECT column_name FROM information_schema.columns WHERE table_name = {table}"  # noqa: S608 - quoted
        return [str(row["column_name"]) for row in self._json_rows(asked)]

    def _flux_columns(self) -> list[str]:
        first = self._csv_rows(flux(self.options, [], None, 100))
        own = {"result", "table", "_start", "_stop", "_time", "_measurement"}
        return [name for name in dict.fromkeys(n for row in first for n in row) if name not in own]

    def _series(self, question: str) -> list[Row]:
        params = [("db", self.options.database), ("epoch", "ns"), ("q", question)]
        answer = self.session.get("query", params, also=(400,))
        told = answer.json(self.where, self.options.decimal)
        results = told.get("results", [{}]) if isinstance(told, dict) else [{}]
        error = results[0].get("error") or (told.get("error") if isinstance(told, dict) else None)
        if error:
            raise SchemaError(f"{self.where}: the server says: {error} - check database, measurement and columns")
        found = [one for result in results for one in result.get("series", [])]
        return [_row(one["columns"], values) for one in found for values in one["values"]]

    def _json_rows(self, question: str) -> list[Row]:
        asked = json.dumps({"db": self.options.database, "q": question, "format": "json"})
        answer = self.session.post("api/v3/query_sql", asked, _JSON, also=(400, 404))
        told = answer.json(self.where, self.options.decimal) if answer.status < 400 else None
        if not isinstance(told, list):
            raise self._said(answer)
        return [_row(list(row), list(row.values())) for row in told]

    def _csv_rows(self, question: str) -> list[Row]:
        asked = json.dumps({"query": question, "type": "flux", "dialect": {"annotations": ["datatype"]}})
        answer = self.session.post("api/v2/query", asked, _JSON, [("org", self.options.org)], also=(400, 404))
        if answer.status >= 400:
            raise self._said(answer)
        return [
            {name: _decimal(value, kind, self.options.decimal) for name, (value, kind) in row.items()}
            for row in annotated(answer.text(self.where, "csv"), self.where)
        ]

    def _said(self, answer: Answer) -> SchemaError:
        said = printable(answer.content[:300].decode("utf-8", "replace"))
        return SchemaError(f"{self.where}: the server says: {said} - check database, measurement and columns")


def annotated(text: str, where: str) -> list[dict[str, tuple[str | None, str]]]:
    r"""Return the rows of annotated CSV, each cell with its type; tables follow each other after a blank line.

    Parameters
    ----------
    text : str
        With the annotation ``#datatype`` (InfluxDB 2, Annotated CSV).
    where : str
        For messages.

    Raises
    ------
    SourceUnavailable
        If it holds an error, which comes within the answer once rows were sent.

    Examples
    --------
    >>> table = "#datatype,string,long,double\r\n,result,table,temp\r\n,,0,850.5\r\n"
    >>> annotated(table, "")[0]["temp"]
    ('850.5', 'double')
    """
    found: list[dict[str, tuple[str | None, str]]] = []
    kinds: list[str] = []
    names: list[str] = []
    for line in csv.reader(io.StringIO(text, newline="")):
        if not line:
            kinds, names = [], []
        elif line[0].startswith("#datatype"):
            kinds, names = line[1:], []
        elif not names:
            names = line[1:]
        elif "error" in names and "reference" in names:
            raise SourceUnavailable(f"{where}: the server broke off: {line[1]} - check it, it is asked again")
        else:
            cells = zip(names, line[1:], kinds or [""] * len(names), strict=False)
            found.append({name: (value or None, kind) for name, value, kind in cells})
    return found


def _decimal(value: str | None, kind: str, decimal: str) -> str | None:
    return value.replace(".", decimal) if value is not None and kind == "double" else value


def _row(names: list[str], values: list[Any]) -> Row:
    return {name: _text(value) for name, value in zip(names, values, strict=True)}


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)
