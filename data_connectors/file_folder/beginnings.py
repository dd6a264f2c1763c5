"""What a file is that is not what its name says: told by its first bytes, with what to do about it."""

from __future__ import annotations

import codecs
import re

from data_connectors.file_folder.pieces import Unreadable
from data_connectors.guessing import wide_of

_BYTES = (
    ((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"), "not_text",
     "is no text (a workbook or archive?) - give it its own ending, or save it as CSV"),
    ((b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd"), "packed", "is packed (gzip or the like) - unpack it"),
    ((b"%PDF",), "not_text", "is a PDF document - export the table as CSV"),
)  # fmt: skip
_PAGES = (b"<!doctype", b"<html", b"<?xml", b"<table")
#: An object or a list of them; a heading may begin with a bracket, but not so.
_JSON = re.compile(rb"\s*(?:\{\s*(?:\"|$)|\[\s*(?:[\[{]|$))")


def refuse_others(head: bytes, encoding: str) -> None:
    r"""Raise Unreadable where the beginning of a file is not that of a table of text.

    Parameters
    ----------
    head : bytes
        Its first bytes.
    encoding : str
        As it is read.

    Raises
    ------
    Unreadable
        Reasons: not_text, packed, web_page, bad_encoding.

    Examples
    --------
    >>> refuse_others(b"\x1f\x8b\x08", "utf-8")
    Traceback (most recent call last):
        ...
    data_connectors.file_folder.pieces.Unreadable: is packed (gzip or the like) - unpack it
    """
    for beginnings, reason, words in _BYTES:
        if head.startswith(beginnings):
            raise Unreadable(reason, words)
    wide = wide_of(head)
    if wide and not codecs.lookup(encoding).name.startswith("utf-16"):
        raise Unreadable("bad_encoding", f'is text in UTF-16 - set encoding = "{wide}", or save it as UTF-8')
    refuse_pages(head)


def refuse_pages(head: bytes) -> None:
    """Raise Unreadable (``web_page``) where a file holds HTML or XML, as some programs export under another name."""
    if head.lstrip(codecs.BOM_UTF8 + b" \t\r\n").lower().startswith(_PAGES):
        raise Unreadable("web_page", "is a web page or XML under another name - open it and save the table as CSV")


def refuse_json(head: bytes) -> None:
    """Raise Unreadable (``json``) where a file holds JSON objects, though its name says that it is CSV."""
    if _JSON.match(head.removeprefix(codecs.BOM_UTF8)):
        raise Unreadable("json", "is JSON under another name - let it end in .jsonl, an object a line")
