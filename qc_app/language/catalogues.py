"""The catalogues: one file a language and area, read once a process and merged; nothing compiled is kept."""

from __future__ import annotations

import functools
import gettext
import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).with_name("catalogue")


def areas(code: str) -> dict[str, Catalog]:
    """Return the catalogues of a language by area: ``overview``, ``stage``, ..."""
    found = {}
    for file in sorted((FOLDER / code).glob("*.po")):
        with file.open("rb") as opened:
            found[file.stem] = read_po(opened, locale=code, abort_invalid=True)
    return found


@functools.lru_cache(maxsize=8)
def translations(code: str) -> gettext.GNUTranslations:
    """Return all texts of a language."""
    merged = Catalog(locale=code, charset="utf-8")
    for catalogue in areas(code).values():
        for message in catalogue:
            if message.id and message.string:
                merged.add(message.id, message.string)
    packed = io.BytesIO()
    write_mo(packed, merged)
    packed.seek(0)
    return gettext.GNUTranslations(packed)
