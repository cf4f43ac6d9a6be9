"""Calls of the services that send mail: what was certainly not taken is tried again, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

import requests
from requests.exceptions import ConnectTimeout, ProxyError, RequestException, SSLError
from urllib3.exceptions import MaxRetryError, NewConnectionError

from reportgen.collect.connection import Connection
from reportgen.deliver.interface import Unclear
from reportgen.deliver.mail import one_line
from reportgen.deliver.retry import Transient, once, retry_after, tried
from reportgen.errors import DeliveryError

_SECONDS = (15.0, 120.0)
_BUSY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
"""The service says that it did not begin."""
_REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED}


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``repeats`` says that the service does it once however often it is asked."""

    method: str
    url: str
    headers: Callable[[], Mapping[str, str]]
    body: bytes = b""
    repeats: bool = False


class Service:
    """The way to a service, with the engagement's proxy and certificate authority."""

    def __init__(self, way: Connection, sleep: Callable[[float], None]) -> None:
        self._verify = str(way.ca_file) if way.ca_file else True
        self._proxies = {"https": way.proxy} if way.proxy else None
        self.sleep = sleep

    def answer(self, call: Call) -> requests.Response:
        """The answer, which is none of an error.

        Raises DeliveryError where the service did not take it, Unclear where nobody knows.
        """
        return tried(lambda: self._once(call), self.sleep)

    def reach(self, call: Call) -> None:
        """Ask once, whatever the answer says, as long as we are let in.

        Raises DeliveryError where there is no answer, or one that refuses us or that it is out of order.
        """
        response = once(lambda: self._asked(call))
        if response.status_code in _REFUSED or response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise DeliveryError(_told(call, response))

    def _asked(self, call: Call) -> requests.Response:
        try:
            return requests.request(
                call.method,
                call.url,
                headers=dict(call.headers()),
                data=call.body,
                timeout=_SECONDS,
                verify=self._verify,
                proxies=self._proxies,
                auth=_as_it_is,
                allow_redirects=False,
            )
        except RequestException as error:
            raise _broken(call, error) from error

    def _once(self, call: Call) -> requests.Response:
        response = self._asked(call)
        if response.status_code < HTTPStatus.MULTIPLE_CHOICES:
            return response
        told = _told(call, response)
        if response.status_code in _BUSY:
            raise Transient(told, retry_after(response.headers.get("Retry-After", ""), datetime.now(UTC)))
        if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise DeliveryError(told)
        raise Transient(told) if call.repeats else Unclear(f"{told}; it may have been sent all the same")


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps requests from putting what a .netrc has for the host in place of our header."""
    return request


def _broken(call: Call, error: RequestException) -> Exception:
    """What a call without an answer means: nothing went out, or nobody knows."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else None
    if isinstance(error, (SSLError, ProxyError)):
        # The reason alone: what is around it has the query.
        told = one_line(reason) if reason else type(error).__name__
        return DeliveryError(f"{_place(call)}: no connection: {told}")
    if isinstance(reason, NewConnectionError) or isinstance(error, ConnectTimeout) or call.repeats:
        return Transient(f"{_place(call)}: cannot be reached: {type(error).__name__}")
    return Unclear(f"{_place(call)}: no answer ({type(error).__name__}); it may have been sent all the same")


def _told(call: Call, response: requests.Response) -> str:
    return f"{_place(call)}: HTTP {response.status_code} {_reason(response)}".strip()


def _place(call: Call) -> str:
    """Host and path; a query may hold a token."""
    return call.url.partition("?")[0]


def _reason(response: requests.Response) -> str:
    """Code and message of an error's body, as Graph and Azure write it."""
    try:
        error = response.json()["error"]
        return one_line(f"{error['code']}: {error['message']}")
    except (ValueError, KeyError, TypeError):
        return one_line(response.reason or "")
