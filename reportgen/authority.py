"""Asking a time-stamp authority, by RFC 3161 over HTTP, at the moment of capture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import requests
from cryptography.x509 import Certificate

from reportgen import timestamp
from reportgen.collect.connection import Connection
from reportgen.errors import UsageError
from reportgen.keeping import TimestampSettings
from reportgen.model import Json
from reportgen.snapshot import TIMESTAMP, Reader, root_document

_SECONDS = 30.0
_LARGEST = 1_000_000
"""Bytes; an answer with its certificates has some thousands."""


def roots(settings: TimestampSettings, folder: Path) -> tuple[Certificate, ...]:
    """The certificates of the engagement's ``timestamp.ca_file``; UsageError where it cannot be used."""
    if settings.ca_file is None:
        return ()
    path = folder / settings.ca_file
    try:
        return timestamp.certificates(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"timestamp.ca_file: {path}: no certificates in PEM form ({error})") from error


def stamp(
    settings: TimestampSettings, engagement_folder: Path, snapshot: Path, way: Connection
) -> Mapping[str, Json]:
    """Have a snapshot stamped, put the answer beside it, and return what the register says of it.

    A snapshot without a time-stamp is still evidence, so whatever goes wrong is said and no error.
    """
    try:
        answer = _ask(settings.url, root_document(snapshot, Reader(snapshot).header), way)
        header = Reader(snapshot).header
        found = timestamp.check(answer, header.root_sha256, header.name, roots(settings, engagement_folder))
    except (requests.RequestException, timestamp.BadTimestamp, ValueError) as error:
        return {"timestamp": {"error": f"{settings.url}: {_first(error)}"}}
    (snapshot / TIMESTAMP).write_bytes(answer)
    return {"timestamp": asdict(found)}


def _ask(url: str, document: bytes, way: Connection) -> bytes:
    import rfc3161_client as tsp

    request = (
        tsp.TimestampRequestBuilder()
        .data(document)
        .hash_algorithm(tsp.HashAlgorithm.SHA256)
        .cert_request(cert_request=True)
        .build()
    )
    with requests.post(
        url,
        data=request.as_bytes(),
        headers={"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"},
        timeout=_SECONDS,
        proxies={"http": way.proxy, "https": way.proxy} if way.proxy else None,
        verify=str(way.ca_file) if way.ca_file else True,
        stream=True,
    ) as response:
        response.raise_for_status()
        content = response.raw.read(_LARGEST, decode_content=True)
    answer = tsp.decode_timestamp_response(content)
    if answer.status not in (0, 1):
        raise ValueError(f"refused with status {answer.status} {' '.join(answer.status_string)}".strip())
    if answer.tst_info.nonce != request.nonce:
        raise ValueError("the answer is to another request")
    return bytes(content)


def _first(error: Exception) -> str:
    return (str(error).partition("\n")[0] or type(error).__name__)[:200]
