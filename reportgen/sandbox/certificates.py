"""The sandbox's certificate authority and what it vouches for."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from reportgen.sandbox.interface import API_DOMAIN, GRAPH_HOST, LOGIN_HOST, MANAGEMENT_HOST

_ORGANIZATION = "reportgen sandbox"
_NAMES = ("127.0.0.1", "localhost", MANAGEMENT_HOST, LOGIN_HOST, GRAPH_HOST, f"*.{API_DOMAIN}")
_KNOWN_KEY = 0x6F1D2C84_30A7_4B5E_9C1F_5A0DE5A4D0C1
_ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Certificates:
    """Files of a running sandbox: the authority's certificate, the server's with its key."""

    ca: Path
    chain: Path
    key: Path


@contextlib.contextmanager
def certificates(*, repeatable: bool) -> Iterator[Certificates]:
    """Make them; they are removed at the end.

    A ``repeatable`` authority is the same whenever it is made, and so are kubeconfigs, which hold it. Its key
    is known to everybody: it is for a sandbox that only the process around it trusts.
    """
    authority = _repeatable() if repeatable else trustme.CA(organization_name=_ORGANIZATION)
    pair = authority.issue_cert(*_NAMES, organization_name=_ORGANIZATION)
    with tempfile.TemporaryDirectory(prefix="reportgen-sandbox-") as name:
        folder = Path(name)
        found = Certificates(folder / "ca.pem", folder / "chain.pem", folder / "key.pem")
        authority.cert_pem.write_to_path(str(found.ca))
        found.chain.write_bytes(b"".join(blob.bytes() for blob in pair.cert_chain_pems))
        found.key.touch(0o600)
        found.key.write_bytes(pair.private_key_pem.bytes())
        yield found


def _repeatable() -> trustme.CA:
    key = ec.derive_private_key(_KNOWN_KEY, ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANIZATION)])
    usage = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    signs = x509.KeyUsage(digital_signature=True, key_cert_sign=True, crl_sign=True, **usage)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, *_ALWAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(signs, critical=True)
        .sign(key, hashes.SHA256(), ecdsa_deterministic=True)
    )
    return trustme.CA.from_pem(
        certificate.public_bytes(Encoding.PEM),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
