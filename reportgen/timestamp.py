"""A time-stamp (RFC 3161) over a snapshot's root hash: what it says, checked without any network."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.errors import ReportgenError, UsageError
from reportgen.pack import read_file
from reportgen.snapshot import HEADER, TIMESTAMP

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse


class BadTimestamp(ReportgenError):
    """A time-stamp is damaged, or not over what it lies beside, or not signed as it should be."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time-stamp whose signature is right and which is over the snapshot's root hash.

    ``time`` is RFC 3339 in UTC, ``authority`` the signer's name. ``trusted`` says whether the signer was
    checked against certificates from outside; without them anybody could have signed.
    """

    snapshot: str
    time: str
    authority: str
    trusted: bool

    def words(self) -> str:
        """For people."""
        trust = (
            "trusted" if self.trusted else "whom nobody vouched for: name certificates with --timestamp-ca"
        )
        return f"snapshot {self.snapshot} at {self.time} by {self.authority} ({trust})"


def of_pack(pack: Path, ca_file: Path | None = None) -> tuple[Stamp, ...]:
    """The time-stamps of a pack's snapshots (its folder or zip), in the order of these.

    ``ca_file`` (PEM) names who is trusted; without it only that the signature is right is checked.
    Raises BadTimestamp where one is not over its snapshot's root hash, or not signed as it should be.
    """
    roots = trusted(ca_file, "--timestamp-ca") if ca_file else ()
    return tuple(
        check(
            read_file(pack, f"evidence/{snapshot}/{TIMESTAMP}"),
            str(json.loads(read_file(pack, f"evidence/{snapshot}/{HEADER}"))["root_sha256"]),
            snapshot,
            roots,
        )
        for snapshot in _stamped(pack)
    )


def _stamped(pack: Path) -> list[str]:
    """The snapshots of a pack that have a time-stamp."""
    manifest = json.loads(read_file(pack, "manifest.json"))
    parts = [str(file["path"]).split("/") for file in manifest["files"]]
    return sorted(part[1] for part in parts if part[:1] == ["evidence"] and part[2:] == [TIMESTAMP])


def check(response: bytes, root_sha256: str, snapshot: str, roots: tuple[Certificate, ...] = ()) -> Stamp:
    """A time-stamp authority's answer (DER) against the root hash of a snapshot; raises BadTimestamp."""
    import rfc3161_client as tsp
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature

    try:
        answer = decode(response)
        brought = [x509.load_der_x509_certificate(found) for found in answer.signed_data.certificates]
        if answer.tst_info.message_imprint.message != bytes.fromhex(root_sha256):
            raise BadTimestamp(f"the time-stamp of snapshot {snapshot} is not right: it is of something else")
        signer = _signer(answer, brought)
        if roots:
            # No intermediates: the verifier would trust each of them, and what was brought is used anyway.
            verifier = tsp.VerifierBuilder(roots=list(roots)).build()
            verifier.verify(answer, bytes.fromhex(root_sha256))
        else:
            _check_signature(response, signer)
    except (ValueError, x509.ExtensionNotFound, InvalidSignature, tsp.VerificationError) as error:
        told = str(error) or "its signature is another's"
        raise BadTimestamp(f"the time-stamp of snapshot {snapshot} is not right: {told}") from error
    when = answer.tst_info.gen_time.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Stamp(snapshot, when, _name(signer), bool(roots))


def _check_signature(response: bytes, signer: Certificate) -> None:
    """That a certificate's key signed the time and the hash (RFC 5652, 5.4); who issued it is not asked.

    Raises ValueError or InvalidSignature.
    """
    from asn1crypto.tsp import TimeStampResp
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    token = TimeStampResp.load(response)["time_stamp_token"]["content"]
    info = token["signer_infos"][0]
    name = info["digest_algorithm"]["algorithm"].native
    content = bytes(token["encap_content_info"]["content"])
    attributes = {found["type"].native: found["values"] for found in info["signed_attrs"]}
    if attributes["message_digest"][0].native != hashlib.new(name, content).digest():
        raise ValueError("its content was changed")
    signed, signature = info["signed_attrs"].untag().dump(), info["signature"].native
    digest = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}.get(name)
    key = signer.public_key()
    if (
        isinstance(key, rsa.RSAPublicKey)
        and digest
        and "pss" not in info["signature_algorithm"]["algorithm"].native
    ):
        key.verify(signature, signed, padding.PKCS1v15(), digest)
    elif isinstance(key, ec.EllipticCurvePublicKey) and digest:
        key.verify(signature, signed, ec.ECDSA(digest))
    else:
        raise ValueError("its signature is of a kind that needs --timestamp-ca to be checked")


def decode(response: bytes) -> TimeStampResponse:
    """An authority's answer; ValueError where it is none.

    Authorities made with OpenSSL list their certificates in no order, which DER, and so the decoder, does not
    allow. What is signed does not cover that order, so they are put into it.
    """
    import rfc3161_client as tsp
    from asn1crypto.tsp import TimeStampResp

    try:
        return tsp.decode_timestamp_response(response)
    except ValueError as error:
        if "InvalidSetOrdering" not in str(error):
            raise
    return tsp.decode_timestamp_response(TimeStampResp.load(response).dump(force=True))


def trusted(path: Path, named_by: str) -> tuple[Certificate, ...]:
    """The certificates of a PEM file; UsageError where it has none, saying what named it."""
    from cryptography import x509

    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise UsageError(f"{named_by}: {path}: no certificates in PEM form ({error})") from error


def _signer(answer: TimeStampResponse, brought: list[Certificate]) -> Certificate:
    """The certificate that the signature names; ValueError where it was not brought or is for other uses."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    (info,) = answer.signed_data.signer_infos
    for found in brought:
        if (found.issuer, found.serial_number) == (info.issuer, info.serial_number):
            uses = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
            if ExtendedKeyUsageOID.TIME_STAMPING in uses:
                return found
            raise ValueError("its certificate is not for time-stamping")
    raise ValueError("it brings no certificate of who signed")


def _name(signer: Certificate) -> str:
    from cryptography.x509.oid import NameOID

    common = signer.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else signer.subject.rfc4514_string()
