"""Letters for a PDF: the machine's own fonts, so that names in any script are readable."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fpdf import FPDF

FAMILY = "sheet"
_CORE = "Helvetica"
_FOLDERS = (
    *("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts", "C:/Windows/Fonts"),
)
#: Regular and bold of families with wide cover of scripts, the best first.
_FACES = (
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("arial.ttf", "arialbd.ttf"),
)
#: For what the first lacks: Chinese above all.
_SPARE = (
    *("NotoSansCJK-Regular.ttc", "NotoSansSC-Regular.otf", "wqy-microhei.ttc", "DroidSansFallbackFull.ttf"),
    *("msyh.ttc", "Arial Unicode.ttf"),
)
_PLAIN = str.maketrans({"■": "!", "▲": "!", "✓": "", "–": "-", "−": "-", "…": "...", "●": "*"})


@dataclass(frozen=True, slots=True)
class Letters:
    """The fonts of one PDF.

    Parameters
    ----------
    family : str
    unicode : bool
        False where the machine has no font: then what Latin-1 lacks becomes ``?``.
    """

    family: str
    unicode: bool

    def fit(self, text: str) -> str:
        """Return text as these fonts can write it.

        Examples
        --------
        >>> Letters("Helvetica", unicode=False).fit("■ Prüfung 质")
        '! Prüfung ?'
        """
        return text if self.unicode else text.translate(_PLAIN).encode("latin-1", "replace").decode("latin-1")


def letters(pdf: FPDF, folders: tuple[str, ...] = _FOLDERS) -> Letters:
    """Give a PDF the machine's fonts, or the built-in one if there is none.

    Parameters
    ----------
    pdf : FPDF
    folders : tuple of str
        Where fonts are looked for.
    """
    there = _found(folders)
    face = next((pair for pair in _FACES if all(name in there for name in pair)), None)
    if face is None:
        return Letters(_CORE, unicode=False)
    for style, name in zip(("", "B"), face, strict=True):
        pdf.add_font(FAMILY, style, there[name])
    spare = next((name for name in _SPARE if name in there), None)
    if spare is not None:
        pdf.add_font("spare", "", there[spare])
        pdf.set_fallback_fonts(["spare"], exact_match=False)
    return Letters(FAMILY, unicode=True)


def can_write(language: str, folders: tuple[str, ...] = _FOLDERS) -> bool:
    """Return whether this machine has letters for a language: Chinese wants a font that few servers have.

    Examples
    --------
    >>> can_write("de", ()), can_write("zh", ())
    (True, False)
    """
    there = _found(folders)
    return language != "zh" or (
        any(name in there for name in _SPARE) and any(all(name in there for name in pair) for pair in _FACES)
    )


@lru_cache(maxsize=4)
def _found(folders: tuple[str, ...]) -> dict[str, Path]:
    wanted = {name for pair in _FACES for name in pair} | set(_SPARE)
    paths = (path for folder in folders if Path(folder).is_dir() for path in Path(folder).rglob("*.[to]t[fc]"))
    return {path.name: path for path in paths if path.name in wanted}
