"""An exported model as files: ``NAME.onnx``, what is true of it in ``NAME.json``, perhaps ``NAME.int8.onnx``.

The JSON is written last: while it names a file, that file is there, whole, and was shown to answer as the live model.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from models.errors import ExportError
from models.export.exported import Eight, Exported
from models.export.graph import OPSET
from models.export.parity import ANOMALY_BOUND, BOUND, Parity
from models.export.quantized import BOUND as EIGHT_BOUND
from models.export.runner import OUTPUTS, Runner

FORMAT = 1
_STRANGE = re.compile(r"[^A-Za-z0-9._-]+")


def file_name(*parts: str) -> str:
    """Return a plain file name of names.

    Examples
    --------
    >>> file_name("rolling 2", "thickness/µm")
    'rolling-2.thickness-m'
    """
    return ".".join(_STRANGE.sub("-", part).strip("-.") or "unnamed" for part in parts)


def write(folder: Path, name: str, exported: Exported, eight: Eight, about: Mapping[str, Any]) -> Path:
    """Write an exported model and its manifest; what an earlier export left under the name is replaced.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    name : str
        Of the files, without ending.
    exported : Exported
    eight : Eight
    about : mapping
        JSON-able: ``stage``, ``characteristic``, ``kind``, ``unit``, ``columns`` (a list of name and unit), ``model``.

    Returns
    -------
    Path
        The manifest.

    Raises
    ------
    ExportError
        If the disk refuses.
    """
    model, small, told = (folder / f"{name}{ending}" for ending in (".onnx", ".int8.onnx", ".json"))
    manifest = {"format": FORMAT, **about, **_facts(exported), "file": _file(model.name, exported.data)}
    manifest["int8"] = _eight(small.name, eight)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        told.unlink(missing_ok=True)
        _put(model, exported.data)
        small.unlink(missing_ok=True)
        if eight.data is not None:
            _put(small, eight.data)
        _put(told, (json.dumps(manifest, indent=1, allow_nan=False) + "\n").encode())
    except OSError as error:
        raise ExportError(
            f"{error.filename or folder} cannot be written ({error.strerror}) - give another --out"
        ) from None
    return told


def read(told: Path) -> tuple[Runner, dict[str, Any]]:
    """Return the model that a manifest names, ready to run, and the manifest.

    Raises
    ------
    ExportError
        If a file is missing, or is not byte for byte what was exported.
    """
    try:
        manifest = json.loads(told.read_text(encoding="utf-8"))
        version, entry = int(manifest["format"]), manifest["file"]
        data = (told.parent / Path(entry["name"]).name).read_bytes()
        level = float(manifest["level"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ExportError(
            f"{told} is no manifest of an exported model, or a damaged one ({error}) - export again"
        ) from None
    if version > FORMAT:
        raise ExportError(f"{told} has format {version}, this program reads up to {FORMAT} - update the program")
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise ExportError(f"{entry['name']} is not the file that was exported: its digest differs - export again")
    return Runner(data, level), manifest


def _put(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    aside = path.with_name(f".{path.name}.part")
    aside.write_bytes(data)
    aside.replace(path)


def _file(name: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _facts(exported: Exported) -> dict[str, Any]:
    inputs = ["parameters", "time"] if exported.timed else ["parameters"]
    return {
        "level": exported.level,
        "inputs": inputs,
        "outputs": list(OUTPUTS),
        "opset": OPSET,
        "precision": exported.precision,
        "parity": _parity(exported.parity, BOUND),
        "latency": asdict(exported.latency),
    }


def _parity(parity: Parity, bound: float) -> dict[str, Any]:
    figures = {k: v if math.isfinite(v) else None for k, v in asdict(parity).items()}
    return figures | {"bound": bound, "anomaly_bound": ANOMALY_BOUND}


def _eight(name: str, eight: Eight) -> dict[str, Any]:
    parity = None if eight.parity is None else _parity(eight.parity, EIGHT_BOUND)
    file = None if eight.data is None else _file(name, eight.data)
    return {"sentence": eight.sentence, "parity": parity, "file": file}
