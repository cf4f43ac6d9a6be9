"""Asking a time-stamp authority, by RFC 3161 over HTTP, at the moment of capture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import requests
from cryptography.x509 import Certificate

from reportgen import timestamp
from reportgen.collect.connection import Connection
from reportgen.model import Json
from reportgen.snapshot import TIMESTAMP, Reader, root_document

_SECONDS = 30.0
_LARGEST = 1_000_000
"""Bytes; an answer with its certificates has some thousands."""


def stamp(url: str, roots: tuple[Certificate, ...], snapshot: Path, way: Connection) -> Mapping[str, Json]:
    """Have a snapshot stamped by the authority at ``url``, and return what the register says of it.

    The answer is put beside the snapshot. ``roots`` vouch for the authority, where there are any. A snapshot
    without a time-stamp is still evidence, so whatever goes wrong is said and no error.
    """
    header = Reader(snapshot).header
    try:
        answer = _ask(url, root_document(snapshot, header), way)
        found = timestamp.check(answer, header.root_sha256, header.name, roots)
    except (requests.RequestException, timestamp.BadTimestamp, ValueError) as error:
        return {"timestamp": {"error": f"{url}: {_first(error)}"}}
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
    answer = timestamp.decode(content)
    if answer.status not in (0, 1):
        raise ValueError(f"refused with status {answer.status} {' '.join(answer.status_string)}".strip())
    if answer.tst_info.nonce != request.nonce:
        raise ValueError("the answer is to another request")
    return bytes(content)


def _first(error: Exception) -> str:
    """In a few words; what requests says of a call that came to nothing goes on about its own parts."""
    told = str(error).partition("\n")[0] or type(error).__name__
    if isinstance(error, requests.ConnectionError):
        told = f"no connection ({told.rpartition(': ')[2]})"
    return told[:200]
