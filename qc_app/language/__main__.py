"""``python -m qc_app.language de stage``: the entries that the catalogue of a language and area still lacks."""

from __future__ import annotations

import sys

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from qc_app.language.extract import missing
from qc_app.language.speech import ENGLISH, LANGUAGES


def main(languages: list[str], wanted: list[str]) -> None:
    """Write what is missing to the standard output, ready to be filled in and appended to the area's file."""
    for code in languages:
        for area, messages in sorted(missing(code).items()):
            if wanted and area not in wanted:
                continue
            sys.stdout.write(f"# {len(messages)} to add to catalogue/{code}/{area}.po\n")
            blank = Catalog(locale=code)
            for message in messages:
                blank.add(message)
            sys.stdout.flush()
            write_po(sys.stdout.buffer, blank, width=0, omit_header=True)
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    asked = sys.argv[1:]
    main([c for c in asked if c in LANGUAGES] or [c for c in LANGUAGES if c != ENGLISH],
         [a for a in asked if a not in LANGUAGES])  # fmt: skip
