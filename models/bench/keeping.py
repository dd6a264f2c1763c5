"""What a run has found so far, kept in a file beside its result, so that a bench that was stopped goes on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from models.bench.judge import Row
from models.bench.packs import PackError
from models.bench.result import Result, Settings, versions
from models.bench.telling.report import summary
from models.bench.telling.targets import target_entries, targets

_SAME = ("protocols", "shots", "defect_shots", "most_stages", "units")


@dataclass(frozen=True, slots=True)
class Kept:
    """The unfinished part of a run: one line of JSON about it, then one for the rows of each finished cell.

    Parameters
    ----------
    path : Path
        Of the result; the part lies beside it and is removed when the result is written.
    rows : tuple of Row
        What was found before.
    """

    path: Path
    rows: tuple[Row, ...] = ()

    @classmethod
    def opened(cls, path: Path, settings: Settings, *, resume: bool) -> Kept:
        """Begin a part, or with `resume` take up what an earlier run with the same exams left.

        Raises
        ------
        PackError
            If an unfinished part is there and nobody said to resume it, or it belongs to other exams or versions.
        """
        part = part_of(path)
        if part.exists() and not resume:
            raise PackError(f"{part} holds an unfinished run - go on with it (--resume), or name another file (--out)")
        found = _read(path, settings) + _read_part(part, settings) if resume else ()
        head = {"settings": asdict(settings), "versions": versions()}
        lines = [head, [asdict(row) for row in found]]
        part.parent.mkdir(parents=True, exist_ok=True)
        _replace(part, "".join(json.dumps(line) + "\n" for line in lines))
        return cls(path, found)

    def add(self, rows: Sequence[Row]) -> None:
        """Keep the rows of a finished cell."""
        with part_of(self.path).open("a", encoding="utf-8") as file:
            file.write(json.dumps([asdict(row) for row in rows]) + "\n")

    def end(self, result: Result) -> None:
        """Write the result, and remove the part."""
        _replace(self.path, result.to_json(summary(result), target_entries(targets(result))))
        part_of(self.path).unlink(missing_ok=True)


def part_of(path: Path) -> Path:
    """Return where the unfinished part of a result lies.

    Examples
    --------
    >>> part_of(Path("bench.json")).name
    'bench.json.part'
    """
    return path.with_name(f"{path.name}.part")


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _read(path: Path, settings: Settings) -> tuple[Row, ...]:
    if not path.exists():
        return ()
    found = Result.from_json(path.read_text(encoding="utf-8"))
    _check_same(path, asdict(found.settings), dict(found.versions), settings)
    return found.rows


def _read_part(part: Path, settings: Settings) -> tuple[Row, ...]:
    """Read the lines of a part; the last one may have been cut off when its run was killed."""
    if not part.exists():
        return ()
    lines = part.read_text(encoding="utf-8").split("\n")[:-1]
    try:
        head = json.loads(lines[0])
        rows = tuple(Row(**row) for line in lines[1:] for row in json.loads(line))
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise PackError(f"{part} is no unfinished run of the bench ({error}) - remove it, and run again") from None
    _check_same(part, head["settings"], head["versions"], settings)
    return rows


def _check_same(path: Path, there: dict[str, Any], written: dict[str, str], settings: Settings) -> None:
    mine = json.loads(json.dumps(asdict(settings)))
    other = json.loads(json.dumps(there))
    for name in (n for n in _SAME if other.get(n) != mine[n]):
        raise PackError(
            f"{path} was run with {name} {other.get(name)}, now {mine[name]} - ask the same, or another --out"
        )
    if written != versions():
        changed = sorted(n for n in {*written, *versions()} if written.get(n) != versions().get(n))
        raise PackError(
            f"{path} was run with other versions of {', '.join(changed)} - measure anew, with another --out"
        )
