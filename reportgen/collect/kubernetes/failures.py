"""What goes wrong on the way to an API server, in words of our own: no answer's body is ever quoted.

::

    Unreachable (reportgen.collect.azure)
    └── Unread            a source, or a whole cluster, could not be read: a gap with a reason
        ├── Interrupted       an answer broke off; the same call may go well
        ├── DeadlinePassed    no time is left for this cluster
        └── NoPath            the API server cannot be reached from here at all
    Expired               a list has to be begun again
"""

from __future__ import annotations

import re
import socket
import ssl

import httpx

from reportgen.collect.azure import Unreachable


class Unread(Unreachable):
    """Something could not be read; ``reason`` is the gap's short code, the message its detail."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Interrupted(Unread):
    """An answer broke off."""

    def __init__(self, detail: str) -> None:
        super().__init__("failed", detail)


class DeadlinePassed(Unread):
    """The cluster's deadline passed."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            "deadline",
            f"The {seconds:g} seconds that one cluster may take passed before this could be read.",
        )


class NoPath(Unread):
    """The API server's name does not resolve, nobody answers there, or not in the cluster's name."""

    def __init__(self, detail: str) -> None:
        super().__init__("unreachable", detail)


class Expired(Exception):
    """The server cannot show the rest of a list as it was when the list began."""


_WORDS = """
AlreadyExists BadRequest Conflict Expired Forbidden Gone InternalError Invalid MethodNotAllowed NotAcceptable
NotFound RequestEntityTooLarge ServerTimeout ServiceUnavailable Timeout TooManyRequests Unauthorized
UnsupportedMediaType
"""
_REASONS = frozenset(_WORDS.split())
"""The words of `metav1.StatusReason`; anything else in their place is not repeated."""


def status_words(status: int, reason: str) -> str:
    """How an answer is named: its code, and the reason in Kubernetes' own word where that is one of them."""
    return f"HTTP {status} {reason}" if reason in _REASONS else f"HTTP {status}"


def no_path(error: httpx.TransportError, host: str) -> str:
    """Why no connection came about, "" where one did and broke later."""
    causes = list(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"the name {host} does not resolve from here"
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return f"the certificate that {host} shows is not one that the cluster's CA vouches for"
    if isinstance(error, httpx.ProxyError):
        return f"the proxy does not let calls to {host} through"
    if isinstance(error, httpx.ConnectTimeout):
        return f"{host} does not answer"
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return f"TLS with {host} fails"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return f"{host} refuses the connection"
    return f"no connection to {host} comes about" if isinstance(error, httpx.ConnectError) else ""


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def undecodable(error: Exception) -> str:
    """Where an answer is not as declared: the decoder's path and types, never a value."""
    place = re.search(r"at `(\$[^`]*)`", str(error))
    return f" (at {place[1]})" if place else ""
