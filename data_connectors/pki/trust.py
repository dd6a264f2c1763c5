"""The certificates of a folder and what was decided about each: ours, trusted, pending, rejected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from cryptography import x509

from data_connectors.errors import DefinitionError, SourceRefused
from data_connectors.pki.certificates import SUFFIXES, loaded, thumbprint

State = Literal["own", "trusted", "pending", "rejected"]
STATES: tuple[State, ...] = ("own", "trusted", "pending", "rejected")
_FEWEST = 8


@dataclass(frozen=True, slots=True)
class Known:
    """One certificate of a folder.

    Parameters
    ----------
    state : {"own", "trusted", "pending", "rejected"}
    path : Path
    subject : str
        Whose it is.
    thumbprint : str
        SHA-256 in hexadecimal, as people compare it; empty where the file is no certificate.
    until : datetime or None
        To when it is valid.
    """

    state: State
    path: Path
    subject: str
    thumbprint: str
    until: datetime | None

    def called(self, text: str) -> bool:
        """Tell whether a text is the thumbprint or its beginning, with colons or without.

        Examples
        --------
        >>> Known("pending", Path("x.der"), "CN=plc", "aa:bb:cc:dd:ee", None).called("AABBCCDD")
        True
        """
        bare = text.replace(":", "").replace(" ", "").casefold()
        return len(bare) >= _FEWEST and self.thumbprint.replace(":", "").startswith(bare)


def known(folder: Path) -> list[Known]:
    """Return the certificates of a folder: ours first, then what is trusted, waits, or was rejected."""
    own = [folder / "own.der"] if (folder / "own.der").is_file() else []
    found = [_known("own", path) for path in own]
    for state in STATES[1:]:
        files = sorted((folder / state).glob("*")) if (folder / state).is_dir() else []
        found += [_known(state, path) for path in files if path.suffix.lower() in SUFFIXES]
    return found


def _known(state: State, path: Path) -> Known:
    try:
        certificate = loaded(path)
    except (ValueError, OSError) as error:
        return Known(state, path, f"{path.name} cannot be read as a certificate ({error})", "", None)
    subject = certificate.subject.rfc4514_string()
    return Known(state, path, subject, thumbprint(certificate), certificate.not_valid_after_utc)


def decide(folder: Path, text: str, to: Literal["trusted", "rejected"]) -> Known:
    """Accept or reject the certificate that a thumbprint names; return it as it stands now.

    Raises
    ------
    DefinitionError
        If the folder holds none, or several, of that name, or it is our own.
    SourceRefused
        If the folder cannot be written.
    """
    found = [one for one in known(folder) if one.called(text)]
    if len({one.thumbprint for one in found}) != 1:
        raise DefinitionError(_which(folder, text, found))
    one = next((o for o in found if o.state == "own"), found[0])
    if one.state == "own":
        raise DefinitionError(f"certificate {text} is our own - the server decides about it, not we")
    target = folder / to / f"{one.thumbprint.replace(':', '')[:16]}.der"
    try:
        certificate = loaded(one.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        one.path.replace(target) if one.path.suffix == ".der" else _rewritten(one.path, certificate, target)
        for other in found:
            if other.path != target:
                other.path.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise SourceRefused(f"folder of certificates {folder} cannot be written ({error}) - mend its rights") from error
    return _known(to, target)


def _rewritten(path: Path, certificate: x509.Certificate, target: Path) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    target.write_bytes(certificate.public_bytes(Encoding.DER))
    path.unlink()


def _which(folder: Path, text: str, found: Iterable[Known]) -> str:
    several = sorted({one.thumbprint for one in found})
    if several:
        return f"{text} is the beginning of {len(several)} thumbprints - give more of it"
    return f"no certificate of {folder} begins with {text} - see `qc certificates list` (at least {_FEWEST} digits)"


def in_use(folder: Path) -> list[Known]:
    """Return ours and, of each subject that is trusted, the one that is valid longest: what a connection rests on."""
    newest: dict[tuple[str, str], Known] = {}
    for one in known(folder):
        key = ("own" if one.state == "own" else "", one.subject)
        before = newest.get(key)
        later = before is None or before.until is None or (one.until is not None and one.until > before.until)
        if one.state in {"own", "trusted"} and later:
            newest[key] = one
    return list(newest.values())
