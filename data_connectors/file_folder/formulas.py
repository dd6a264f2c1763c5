"""Formulas of a workbook that nobody calculated: a program wrote them and left the results to a spreadsheet."""

from __future__ import annotations

import html
import re
import zipfile
from typing import BinaryIO

_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_NO_RESULT = re.compile(
    rb'<c r="([A-Z]{1,3}\d{1,7})"[^>]*>\s*<f(?:\s[^>]*)?(?:/>|>([^<]{0,500})</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>'
)


def uncalculated(file: BinaryIO, sheet: str) -> tuple[str, str] | None:
    """Return the first cell of a sheet whose formula has no result, as its address and the formula.

    Parameters
    ----------
    file : binary file
        Stands afterwards at its beginning.
    sheet : str
        Name of the sheet.

    Returns
    -------
    tuple of (str, str) or None
        None: all formulas have results, or the file is no .xlsx.
    """
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            part = _part(archive, sheet)
            cells = archive.read(part) if part else b""
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, NotImplementedError):
        return None  # a workbook of another kind
    finally:
        file.seek(0)
    found = _NO_RESULT.search(cells) if b"<f" in cells else None
    return None if found is None else (found[1].decode(), "=" + _text(found[2] or b""))


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    """Return the name of the archive's member that holds a sheet, or an empty text."""
    for tag in _SHEET.findall(archive.read("xl/workbook.xml")):
        if _value(tag, rb"name") == sheet:
            wanted = _value(tag, rb"\w+:id")
            for relation in _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels")):
                if _value(relation, rb"Id") == wanted:
                    target = _value(relation, rb"Target")
                    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return ""


def _value(tag: bytes, name: bytes) -> str:
    found = re.search(rb"\s" + name + rb'="([^"]*)"', tag)
    return _text(found[1]) if found else ""


def _text(raw: bytes) -> str:
    return html.unescape(raw.decode(errors="replace"))
