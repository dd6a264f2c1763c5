"""Certificates of a folder and what is decided about them; what a decision means is asked of the session's own rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from data_connectors.errors import DefinitionError, SourceRefused
from data_connectors.pki import certificates
from data_connectors.pki.trust import decide, in_use, known

URI = "urn:works:server"
NOW = datetime.now(UTC)


def made(name: str = "plc", days: int = 400) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    build = x509.CertificateBuilder(called, called, key.public_key(), x509.random_serial_number())
    build = build.not_valid_before(NOW - timedelta(days=900)).not_valid_after(NOW + timedelta(days=days))
    names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(URI)])
    return build.add_extension(names, critical=False).sign(key, hashes.SHA256())


def laid(folder: Path, state: str, one: x509.Certificate, name: str = "x.der") -> None:
    (folder / state).mkdir(parents=True, exist_ok=True)
    coding = serialization.Encoding.DER if name.endswith(".der") else serialization.Encoding.PEM
    (folder / state / name).write_bytes(one.public_bytes(coding))


def asked(folder: Path, one: x509.Certificate) -> str:
    """Return what a connection is told: accepted, or the first word of the refusal."""
    try:
        certificates.require_trusted(one, URI, "", folder, "source 'plc'")
    except SourceRefused as refusal:
        return str(refusal)
    return "accepted"


def test_from_pending_to_trusted_to_rejected_and_back(tmp_path):
    one = made()
    told = asked(tmp_path, one)
    short = certificates.thumbprint(one).replace(":", "")[:16]
    assert "pending" in told
    assert f"qc certificates accept {short} --reason" in told
    assert [(c.state, c.subject) for c in known(tmp_path)] == [("pending", "CN=plc")]
    assert decide(tmp_path, short, "trusted").state == "trusted"
    assert asked(tmp_path, one) == "accepted"
    decide(tmp_path, certificates.thumbprint(one), "rejected")
    assert "rejected - an engineer has rejected" in asked(tmp_path, one)
    assert [c.state for c in known(tmp_path)] == ["rejected"], "a rejected one is not pending again"
    decide(tmp_path, short.upper(), "trusted")
    assert asked(tmp_path, one) == "accepted"


def test_a_rejected_certificate_is_refused_even_where_its_authority_is_trusted(tmp_path):
    one = made()
    laid(tmp_path, "trusted", one, "as-text.pem")
    laid(tmp_path, "rejected", one)
    assert "rejected" in asked(tmp_path, one)
    decide(tmp_path, certificates.thumbprint(one), "trusted")
    assert [c.state for c in known(tmp_path)] == ["trusted"], "one certificate stands in one folder"


def test_a_beginning_must_say_which_and_ours_is_not_to_be_decided(tmp_path):
    for name in ("a", "b"):
        laid(tmp_path, "pending", made(name), f"{name}.der")
    certificates.own(tmp_path)
    own = certificates.thumbprint(certificates.loaded(tmp_path / "own.der"))
    with pytest.raises(DefinitionError, match="see `qc certificates list`"):
        decide(tmp_path, "00000000", "trusted")
    with pytest.raises(DefinitionError, match="at least 8 digits"):
        decide(tmp_path, own[:5], "trusted")
    with pytest.raises(DefinitionError, match="our own"):
        decide(tmp_path, own, "rejected")
    assert [c.state for c in known(tmp_path)] == ["own", "pending", "pending"]


def test_rubbish_is_listed_as_such_and_trusted_by_nobody(tmp_path):
    laid(tmp_path, "trusted", made())
    (tmp_path / "trusted" / "x.der").write_bytes(b"\x00rubbish")
    (one,) = known(tmp_path)
    assert "cannot be read as a certificate" in one.subject
    assert "pending" in asked(tmp_path, made())


def test_a_renewed_certificate_stands_for_its_subject(tmp_path):
    laid(tmp_path, "trusted", made(days=-5), "old.der")
    laid(tmp_path, "trusted", made(days=400), "new.der")
    laid(tmp_path, "trusted", made("other", days=5), "other.der")
    assert sorted(c.path.name for c in in_use(tmp_path)) == ["new.der", "other.der"]
