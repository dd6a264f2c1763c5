"""Certificates: our own, whom we trust, and who waits for a decision.

The folder `pki` of a source holds::

    own.der, own.pem   our certificate and private key; made at the first connection where they are missing
    trusted/           certificates (or authorities) that an engineer has accepted: ``*.der`` or ``*.pem``
    pending/           certificates of servers that nobody has accepted yet
    rejected/          certificates that an engineer will not have

``qc certificates`` lists them and moves them, with the reason in the audit trail; see
:mod:`~data_connectors.pki.trust`. Whoever moves the files by hand does the same without a record.
"""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from data_connectors.errors import SourceRefused

VALID = timedelta(days=5 * 365)
WARN = timedelta(days=30)
SUFFIXES = {".der", ".pem", ".crt", ".cer"}
_BITS = 3072


def application_uri() -> str:
    """Return the URI by which a server knows this installation.

    Examples
    --------
    >>> application_uri().startswith("urn:")
    True
    """
    return f"urn:{socket.gethostname()}:qc-app"


def own(folder: Path) -> tuple[Path, Path]:
    """Return the files of our certificate and key, made now where they are missing; the key is for this user alone.

    Raises
    ------
    SourceRefused
        If the folder cannot be written.
    """
    certificate, key = folder / "own.der", folder / "own.pem"
    try:
        if not (certificate.is_file() and key.is_file()):
            folder.mkdir(parents=True, exist_ok=True)
            private = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
            _write_secret(key, private)
            certificate.write_bytes(_signed(private).public_bytes(serialization.Encoding.DER))
    except OSError as error:
        raise SourceRefused(f"folder of certificates {folder} cannot be written ({error}) - mend pki") from error
    return certificate, key


def _write_secret(path: Path, private: rsa.RSAPrivateKey) -> None:
    text = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(text)


def _signed(private: rsa.RSAPrivateKey) -> x509.Certificate:
    """Return a self-signed application certificate (OPC 10000-6, 6.2.2)."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "qc-app")])
    now = datetime.now(UTC)
    names = [x509.UniformResourceIdentifier(application_uri()), x509.DNSName(socket.gethostname())]
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=True, data_encipherment=True,
        key_agreement=False, key_cert_sign=True, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    public = private.public_key()
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1)).not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=False)
        .add_extension(usage, critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )  # fmt: skip
    return made.sign(private, hashes.SHA256())


def thumbprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate as people compare it."""
    return certificate.fingerprint(hashes.SHA256()).hex(":", 2)


def require_trusted(certificate: x509.Certificate, told_uri: str, wanted_uri: str, folder: Path, where: str) -> None:
    """Raise SourceRefused unless an engineer has accepted the server's certificate and it is the server's own.

    Parameters
    ----------
    certificate : x509.Certificate
        As the server sends it.
    told_uri : str
        The application URI that the server tells.
    wanted_uri : str
        The one that the plant definition demands; empty: any.
    folder : Path
        Of certificates; an unknown one is laid into ``pending/``.
    where : str
        For messages.
    """
    short = certificate.fingerprint(hashes.SHA256()).hex()[:16]
    if _holds(folder / "rejected", certificate):
        raise SourceRefused(
            f"{where}: rejected - an engineer has rejected the server's certificate ({described(certificate)}); no data"
            f" are read. If it is the right one after all: `qc certificates accept {short} --reason ...`"
        )
    if not _is_trusted(certificate, folder / "trusted"):
        _put_aside(certificate, folder / "pending" / f"{short}.der")
        raise SourceRefused(
            f"{where}: pending - nobody has accepted the server's certificate yet ({described(certificate)}); no data"
            " are read. Compare the SHA-256 with the one that the server shows, then"
            f" `qc certificates accept {short} --reason ...`"
        )
    if not certificate.not_valid_before_utc <= datetime.now(UTC) <= certificate.not_valid_after_utc:
        raise SourceRefused(f"{where}: the server's certificate is not valid now ({described(certificate)}) - renew it")
    if told_uri not in _uris(certificate) or wanted_uri not in {"", told_uri}:
        carried = ", ".join(_uris(certificate)) or "none"
        raise SourceRefused(
            f"{where}: the server calls itself {told_uri!r}, its certificate carries {carried}"
            + (f", server_uri demands {wanted_uri!r}" if wanted_uri else "")
            + " - another server may answer there; have the certificate made anew, or mend server_uri"
        )


def described(certificate: x509.Certificate) -> str:
    """Return whose certificate it is, in words."""
    until = f"{certificate.not_valid_after_utc:%Y-%m-%d}"
    return f"{certificate.subject.rfc4514_string()}, SHA-256 {thumbprint(certificate)}, valid until {until}"


def expiry(certificate: x509.Certificate, whose: str, now: datetime) -> str:
    """Return a warning where a certificate runs out within a month, else an empty text."""
    left = certificate.not_valid_after_utc - now
    if left > WARN:
        return ""
    return f"{whose} certificate runs out in {max(left.days, 0)} days ({certificate.not_valid_after_utc:%Y-%m-%d})"


def loaded(path: Path) -> x509.Certificate:
    """Read a certificate, DER or PEM.

    Raises
    ------
    ValueError, OSError
        If it is none or cannot be read.
    """
    content = path.read_bytes()
    if content.startswith(b"-----"):
        return x509.load_pem_x509_certificate(content)
    return x509.load_der_x509_certificate(content)


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*")) if path.suffix.lower() in SUFFIXES]


def _is_trusted(certificate: x509.Certificate, folder: Path) -> bool:
    return any(_vouches(path, certificate) for path in _files(folder))


def _holds(folder: Path, certificate: x509.Certificate) -> bool:
    """Tell whether a folder holds that very certificate; what cannot be read is none."""
    for path in _files(folder):
        try:
            if loaded(path) == certificate:
                return True
        except (ValueError, OSError):
            continue
    return False


def _vouches(path: Path, certificate: x509.Certificate) -> bool:
    """Tell whether a trusted file is that very certificate, or an authority in force that signed it.

    A trusted server is no authority, even where its self-signed certificate says so: it carries an application URI.
    """
    try:
        trusted = loaded(path)
        if trusted == certificate:
            return True
        limits = trusted.extensions.get_extension_for_class(x509.BasicConstraints).value
        in_force = trusted.not_valid_before_utc <= datetime.now(UTC) <= trusted.not_valid_after_utc
        if not (limits.ca and in_force and _may_sign(trusted)) or _uris(trusted):
            return False
        certificate.verify_directly_issued_by(trusted)
    except (ValueError, OSError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return True


def _may_sign(authority: x509.Certificate) -> bool:
    return authority.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign


def _uris(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.UniformResourceIdentifier)


def _put_aside(certificate: x509.Certificate, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(certificate.public_bytes(serialization.Encoding.DER))
    except OSError as error:
        raise SourceRefused(f"folder of certificates {path.parent} cannot be written ({error}) - mend pki") from error
