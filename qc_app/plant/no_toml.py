"""Where a text stops being TOML, in plain words, with what people usually meant."""

from __future__ import annotations

import re

#: What stands in a line that is no TOML -> what to do about it; the first that is found counts.
_HINTS = (
    (r"[“”„‘’«»]", 'typographic quotes are no quotes - write straight ones: "..."'),
    ("[\u00a0\u2007\u202f\u200b\ufeff]", "an invisible blank stands here, often copied along - type the line anew"),
    (r"(?i)^\s*<(!doctype|html|\?xml)", "this is a web page or XML, no plant file - name the one with [plant]"),
    (r"^\s*\{", "this is JSON, no plant file - write [plant] and name = '...'"),
    (r"^[^=\[#\"']*[;,|\t][^=]*$", "this looks like a table, no plant file - give a sheet of stages with --stages"),
    (r"^\s*\[[^\]]*$", "the heading of the table has no end - write ] behind it"),
    (r"^\s*\[[^\]\"']*\s[^\]\"']*\]", 'a name with a blank needs quotes - write [stages."oven 2"] or use oven-2'),
    (r"^\s*\[[^\]\"']*[^\x00-\x7f][^\]\"']*\]", 'a name with such letters needs quotes - write [stages."Öfen"]'),
    (r"^\s*[\w\"'.-]+\s*=\s*\"[^\"]*\\", "a backslash means something else here - write / or put the path into '...'"),
    (r"^\s*[\w\"'.-]+\s*=\s*(\"[^\"]*|'[^']*)$", "the text has no end - close it with the quote that it begins with"),
    (r"^\s*[\w\"'.-]+\s*:\s", "a colon stands where = must be - write key = value"),
    (r"=\s*[-+]?\d+,\d+\s*(#.*)?$", "a number takes a point - write 9.8, not 9,8"),
    (r"=\s*(True|False|TRUE|FALSE|yes|no|on|off)\s*(#.*)?$", "write true or false, in small letters"),
    (r"=\s*[-+]?\d+(\.\d+)?\s*[^\W\d_%°]", "the number stands alone, its unit in unit = '...'"),
    (r"=\s*(\"[^\"]*\"|'[^']*'|[-+]?[\d.]+|true|false)\s*(//|;|--)", "a remark begins with #, and no sign ends a line"),
    (r"=\s*[-+]?\d[\d.]*\.\.|=\s*[-+]?\d+\.\d+\.", "this is no number - write e.g. 10.2"),
    (r"=\s*[^\W\d_]", 'text needs quotes - write key = "text"'),
    (r"=\s*(#.*)?$", "nothing stands behind = - give a value, or remove the line"),
    (r"^\s*[\w-]+(\.[\w-]+)+\s*$", "the heading of a table stands in brackets - write [sources.files]"),
    (r"^\s*[\w-]+\s*$", "a key without a value - write key = value, or remove the line"),
)  # fmt: skip
_TWICE = {
    "Cannot overwrite a value": "the same key is given twice",
    "Cannot declare": "the same table is given twice",
}


def no_toml(said: str, text: str, where: str) -> str:
    r"""Say in plain words where a text stops being TOML.

    Parameters
    ----------
    said : str
        As the reader of TOML says it.
    text : str
        The file.
    where : str
        Its name.

    Examples
    --------
    >>> no_toml("Cannot overwrite a value (at line 3, column 4)", "", "p.toml")
    'p.toml, line 3: the same key is given twice - keep one of the two'
    >>> no_toml("Unterminated string (at end of document)", "[plant]\nname = 'x", "p.toml")
    'p.toml, line 2: the file ends in the middle (Unterminated string) - it looks cut off, complete it'
    >>> no_toml("Expected newline (at line 1, column 10)", "lower = 9,8", "p.toml")
    'p.toml, line 1: a number takes a point - write 9.8, not 9,8'
    """
    cause, _, place = said.partition(" (at ")
    found = re.match(r"line (\d+)", place)
    lines = text.splitlines()
    if cause in {"Unclosed array", "Unclosed inline table"}:
        begins, ends = "[]" if "array" in cause else "{}"
        number = _opened(lines, begins, ends)
        return f"{where}, line {number}: the list has no end - write {ends} behind its last value"
    if found is None:
        return (
            f"{where}, line {max(len(lines), 1)}: the file ends in the middle ({cause}) - it looks cut off, complete it"
        )
    for start, words in _TWICE.items():
        if cause.startswith(start):
            return f"{where}, line {found[1]}: {words} - keep one of the two"
    number = int(found[1])
    line = lines[number - 1] if number <= len(lines) else ""
    hint = next((words for pattern, words in _HINTS if re.search(pattern, line)), "")
    return f"{where}, line {number}: {hint or f'this is not TOML ({said}) - correct that line'}"


def _opened(lines: list[str], begins: str, ends: str) -> int:
    """Return the last line on which a value begins with a bracket that no bracket closes there."""
    begun = [n for n, line in enumerate(lines, 1) if re.search(rf"=\s*\{begins}", line) and ends not in line]
    return begun[-1] if begun else len(lines)
