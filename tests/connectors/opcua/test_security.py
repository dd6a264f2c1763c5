"""Certificates and sign-in against a real server: nothing is trusted that no engineer has accepted."""

from __future__ import annotations

import asyncio
import shutil
import socket
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asyncua.crypto import cert_gen
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from data_connectors.errors import SourceRefused
from data_connectors.pki import certificates
from tests.connectors.opcua.ear import Ear, connector
from tests.connectors.opcua.server import APP_URI, Running, Setup
from tests.waiting import until

POLICIES = {"Basic256Sha256": "Basic256Sha256", "Aes128-Sha256-RsaOaep": "Aes128Sha256RsaOaep",
            "Aes256-Sha256-RsaPss": "Aes256Sha256RsaPss"}  # fmt: skip


def server_certificate(folder: Path, uri: str = APP_URI) -> tuple[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    key, certificate = folder / "server.pem", folder / "server.der"
    made = cert_gen.setup_self_signed_certificate(
        key, certificate, uri, socket.gethostname(), [ExtendedKeyUsageOID.SERVER_AUTH], {}
    )
    asyncio.run(made)
    return str(certificate), str(key)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our certificate, made once."""
    folder = tmp_path_factory.mktemp("own")
    certificates.own(folder)
    return folder


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    certificate, key = server_certificate(tmp_path_factory.mktemp("server"))
    offered = [f"{name}_{mode}" for name in POLICIES.values() for mode in ("Sign", "SignAndEncrypt")]
    setup = Setup(security=offered, certificate=certificate, key=key, users={"qc": "open sesame"}, count_every_s=0.1)
    server = Running(setup)
    yield server
    server.stop()


@pytest.fixture
def pki(own: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "pki"
    shutil.copytree(own, folder)
    return folder


def accept(pki: Path) -> None:
    waiting = list((pki / "pending").iterdir())
    assert len(waiting) == 1
    (pki / "trusted").mkdir(exist_ok=True)
    waiting[0].rename(pki / "trusted" / waiting[0].name)


@pytest.fixture
def sesame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QC_TEST_PASSWORD", "open sesame")


def settings(pki: Path, policy: str = "Basic256Sha256", **more: object) -> dict[str, object]:
    return {"security": policy, "pki": str(pki), "user": "qc", "password": "env:QC_TEST_PASSWORD", **more}


@pytest.mark.usefixtures("sesame")
def test_an_unknown_server_is_pending_and_gives_no_data_until_someone_accepts_it(
    secured: Running, pki: Path, tmp_path: Path
) -> None:
    with Ear(connector(secured.url, tmp_path / "spool", **settings(pki)), tmp_path / "spool") as ear:
        until(lambda: ear.standing.link == "refused")
        assert "pending" in ear.standing.words
        assert "SHA-256" in ear.standing.words
        assert ear.samples() == []
        accept(pki)
        until(lambda: ear.values("s=Count"))


@pytest.mark.usefixtures("sesame")
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("mode", ["Sign", "SignAndEncrypt"])
def test_every_safe_policy_carries_values(secured: Running, pki: Path, policy: str, mode: str) -> None:
    made = connector(secured.url, **settings(pki, policy, message_mode=mode))
    assert "pending" in made.check()[-1].message
    accept(pki)
    assert [p.step for p in made.check() if not p.ok] == []


@pytest.mark.usefixtures("sesame")
def test_the_server_must_be_the_one_that_is_meant(secured: Running, pki: Path) -> None:
    connector(secured.url, **settings(pki)).check()
    accept(pki)
    probe = connector(secured.url, **settings(pki, server_uri="urn:other:server")).check()[-1]
    assert (probe.step, probe.ok) == ("channel", False)
    assert "server_uri demands 'urn:other:server'" in probe.message


def test_a_wrong_password_is_told_and_not_repeated(
    secured: Running, pki: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QC_TEST_PASSWORD", "canary-7f3a")
    connector(secured.url, **settings(pki)).check()
    accept(pki)
    probe = connector(secured.url, **settings(pki)).check()[-1]
    assert (probe.step, probe.ok) == ("auth", False)
    assert "user or password" in probe.message
    assert "canary" not in probe.message


def test_a_policy_that_is_not_offered_names_those_that_are(running: Running, pki: Path) -> None:
    probe = connector(running.url, security="Basic256Sha256", pki=str(pki)).check()[-1]
    assert "does not offer Basic256Sha256 SignAndEncrypt (offers: None None_)" in probe.message


def test_our_key_is_ours_alone(own: Path) -> None:
    assert stat.S_IMODE((own / "own.pem").stat().st_mode) == 0o600
    assert certificates.application_uri() in str(certificates.loaded(own / "own.der").extensions)


def issued(issuer: x509.Certificate | None, key: rsa.RSAPrivateKey, by: rsa.RSAPrivateKey, uri: str,
           days: int = 90, ca: bool = False) -> x509.Certificate:  # fmt: skip
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority" if ca else "server")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(issuer.subject if issuer else name)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=100)).not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(True, False, False, False, False, ca, ca, False, False), critical=False)
    )  # fmt: skip
    if uri:
        names = [x509.UniformResourceIdentifier(uri)]
        made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return made.sign(by, hashes.SHA256())


@pytest.fixture(scope="module")
def keys() -> list[rsa.RSAPrivateKey]:
    return [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)]


def trust(pki: Path, certificate: x509.Certificate, ending: str = "der") -> None:
    (pki / "trusted").mkdir(parents=True)
    coding = serialization.Encoding.PEM if ending == "pem" else serialization.Encoding.DER
    (pki / "trusted" / f"one.{ending}").write_bytes(certificate.public_bytes(coding))


@pytest.mark.parametrize("ending", ["der", "pem"])
def test_who_is_signed_by_a_trusted_authority_is_trusted(
    tmp_path: Path, keys: list[rsa.RSAPrivateKey], ending: str
) -> None:
    authority = issued(None, keys[0], keys[0], "", ca=True)
    trust(tmp_path, authority, ending)
    certificates.require_trusted(issued(authority, keys[1], keys[0], APP_URI), APP_URI, "", tmp_path, "source 'x'")


def test_a_trusted_server_is_no_authority(tmp_path: Path, keys: list[rsa.RSAPrivateKey]) -> None:
    server = issued(None, keys[0], keys[0], APP_URI, ca=True)
    trust(tmp_path, server)
    with pytest.raises(SourceRefused, match="pending"):
        certificates.require_trusted(issued(server, keys[1], keys[0], APP_URI), APP_URI, "", tmp_path, "source 'x'")


def test_a_certificate_that_ran_out_is_refused_and_one_that_soon_will_is_told(
    tmp_path: Path, keys: list[rsa.RSAPrivateKey]
) -> None:
    old, soon = (issued(None, keys[0], keys[0], APP_URI, days=days) for days in (-1, 9))
    trust(tmp_path, old)
    with pytest.raises(SourceRefused, match="not valid now"):
        certificates.require_trusted(old, APP_URI, "", tmp_path, "source 'x'")
    assert "runs out in" in certificates.expiry(soon, "the server's", datetime.now(UTC))


def test_rubbish_in_the_trust_list_trusts_nobody(tmp_path: Path, keys: list[rsa.RSAPrivateKey]) -> None:
    (tmp_path / "trusted").mkdir()
    (tmp_path / "trusted" / "x.der").write_bytes(b"\x00rubbish")
    (tmp_path / "trusted" / "y.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\n")
    with pytest.raises(SourceRefused, match="pending"):
        certificates.require_trusted(issued(None, keys[0], keys[0], APP_URI), APP_URI, "", tmp_path, "source 'x'")
