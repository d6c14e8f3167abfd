"""Reading content credentials: what is there is told, nothing is fetched. The files are signed here, with keys
made for the test."""

from __future__ import annotations

import http.server
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import c2pa
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from detector.errors import ReportError
from reporting.evidence.content_credentials import read_credentials

ROOT = Path(__file__).parents[3]
AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
CAMERA = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"

Sign = Callable[..., Path]


def certificate(
    subject: str, key: ec.EllipticCurvePrivateKey, issuer: str, issuer_key: ec.EllipticCurvePrivateKey
) -> str:
    authority = key is issuer_key
    now = datetime.now(UTC)

    def name(text: str) -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test House"),
                x509.NameAttribute(NameOID.COMMON_NAME, text),
            ]
        )

    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not authority,
                key_cert_sign=authority,
                crl_sign=authority,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if not authority:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
        )
    made = builder.sign(issuer_key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM).decode()


@pytest.fixture(scope="module")
def signer_info() -> c2pa.C2paSignerInfo:
    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    chain = certificate("Test Signer", leaf, "Test Root", root) + certificate("Test Root", root, "Test Root", root)
    key = leaf.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return c2pa.C2paSignerInfo(b"es256", chain.encode(), key, None)


@pytest.fixture
def sign(examples: Path, tmp_path: Path, signer_info: c2pa.C2paSignerInfo) -> Sign:
    def make(source: str = AI, generator: str = "Some Generator", remote_url: str = "") -> Path:
        manifest: dict[str, Any] = {
            "claim_generator_info": [{"name": generator, "version": "1.2"}],
            "title": "image",
            "format": "image/jpeg",
            "assertions": [
                {
                    "label": "c2pa.actions.v2",
                    "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": source}]},
                }
            ],
        }
        path = tmp_path / "signed.jpg"
        with c2pa.Builder(json.dumps(manifest)) as builder, c2pa.Signer.from_info(signer_info) as signer:
            if remote_url:
                builder.set_remote_url(remote_url)
                builder.set_no_embed()
            builder.sign_file(str(examples / "genuine.jpg"), str(path), signer)
        return path

    return make


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """An address on this machine, and the paths that were asked for there."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/manifest.c2pa", asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_claim_of_a_generative_model_is_told_with_who_signed_it(sign: Sign) -> None:
    credentials = read_credentials(sign(), "image/jpeg")
    assert (credentials.state, credentials.ai_claim) == ("valid", True)
    assert credentials.generator == "Some Generator 1.2"
    assert credentials.signer == "Test Signer"
    assert any("generative model" in claim for claim in credentials.claims)
    assert any("c2pa.created" in claim for claim in credentials.claims)


def test_a_camera_is_no_claim_of_a_generative_model(sign: Sign) -> None:
    credentials = read_credentials(sign(source=CAMERA), "image/jpeg")
    assert (credentials.state, credentials.ai_claim) == ("valid", False)
    assert any("digitalCapture" in claim for claim in credentials.claims)


def test_a_image_changed_after_signing_is_invalid(sign: Sign) -> None:
    path = sign()
    content = bytearray(path.read_bytes())
    content[-2000] ^= 0x55
    path.write_bytes(content)
    credentials = read_credentials(path, "image/jpeg")
    assert credentials.state == "invalid"
    assert any("cannot be relied on" in claim for claim in credentials.claims)
    assert any("assertion.dataHash.mismatch" in claim for claim in credentials.claims)


def test_a_damaged_manifest_is_unreadable(sign: Sign) -> None:
    path = sign()
    content = bytearray(path.read_bytes())
    content[content.index(b"c2pa.claim") + 200] ^= 0xFF
    path.write_bytes(content)
    credentials = read_credentials(path, "image/jpeg")
    assert (credentials.state, credentials.ai_claim) == ("unreadable", False)


@pytest.mark.parametrize(("name", "mime"), [("genuine.jpg", "image/jpeg"), ("manipulated.mp4", "video/mp4")])
def test_a_file_without_a_manifest_has_none(examples: Path, name: str, mime: str) -> None:
    credentials = read_credentials(examples / name, mime)
    assert (credentials.state, credentials.generator, credentials.signer) == ("absent", "", "")


def test_a_kind_of_file_that_cannot_hold_one_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "video.mkv").write_bytes(b"\x1aE\xdf\xa3" + bytes(200))
    assert read_credentials(tmp_path / "video.mkv", "video/x-matroska").state == "unreadable"


def test_a_manifest_on_a_server_is_not_fetched(
    sign: Sign, listener: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, asked = listener
    path = sign(remote_url=url)

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a socket was opened")

    with monkeypatch.context() as patched:
        patched.setattr(socket, "socket", refuse)
        patched.setattr(socket, "getaddrinfo", refuse)
        credentials = read_credentials(path, "image/jpeg")
    assert asked == []  # the library's own code opens sockets past Python, so the server is asked too
    assert credentials.state == "unreadable"
    assert "not fetched" in credentials.claims[0]


def test_the_listener_would_have_noticed(sign: Sign, listener: tuple[str, list[str]]) -> None:
    url, asked = listener
    context = c2pa.Context(c2pa.Settings.from_dict({"verify": {"remote_manifest_fetch": True}}))
    with sign(remote_url=url).open("rb") as stream, pytest.raises(c2pa.C2paError):
        c2pa.Reader("image/jpeg", stream, context=context)
    assert asked == ["/manifest.c2pa"]


def test_the_text_of_whoever_made_the_file_stays_one_short_line(sign: Sign) -> None:
    credentials = read_credentials(sign(generator="A\nverified\u202e file \x1b[31m" + "x" * 5000), "image/jpeg")
    assert credentials.generator.isprintable()
    assert len(credentials.generator) <= 200


def test_a_file_that_is_gone_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="cannot be opened"):
        read_credentials(tmp_path / "gone.jpg", "image/jpeg")


def test_importing_the_module_loads_no_library() -> None:
    code = "import sys, reporting.evidence.content_credentials; print('c2pa' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
