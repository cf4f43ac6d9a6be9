"""Who the collector is to clusters: by Entra's token, or by what a kubeconfig says."""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING

from azure.core.exceptions import AzureError

from reportgen.collect.kubernetes.failures import Unread
from reportgen.collect.policies import Renewable

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken

SERVER_APPLICATION = "6dae42f8-4368-4678-94ff-3960e28e3630"
"""The Entra application that stands for the API servers of all AKS clusters, in every tenant."""
SCOPE = f"{SERVER_APPLICATION}/.default"
_BEFORE_EXPIRY = 300


class EntraTokens:
    """One token for all clusters, taken again before it expires; safe to use from several threads."""

    def __init__(self, credential: Renewable) -> None:
        self._credential = credential
        self._current: AccessToken | None = None
        self._lock = threading.Lock()

    def token(self) -> str:
        """The token; Unread where Entra gives none."""
        with self._lock:
            if self._current is None or self._current.expires_on - time.time() < _BEFORE_EXPIRY:
                self._current = self._fetched()
            return self._current.token

    def renew(self, refused: str) -> bool:
        """See `Authorizer`."""
        with self._lock:
            if self._current is None or self._current.token == refused:
                self._credential.renew(refused)
                self._current = self._fetched()
            return self._current.token != refused

    def _fetched(self) -> AccessToken:
        try:
            found = self._credential.get_token(SCOPE)
        except AzureError as error:
            code = re.search(r"AADSTS\d+", str(error))
            raise Unread(
                "denied",
                f"Entra ID gives no token for API servers{f' ({code[0]})' if code else ''}, scope {SCOPE}.",
            ) from error
        if not found.token:
            raise Unread("denied", f"Entra ID gives an empty token for API servers, scope {SCOPE}.")
        return found


class FixedToken:
    """A token that there is no other of; "" where a client certificate signs in."""

    def __init__(self, token: str) -> None:
        self._token = token

    def token(self) -> str:
        """See `Authorizer`."""
        return self._token

    def renew(self, refused: str) -> bool:  # noqa: ARG002 (an `Authorizer`)
        """See `Authorizer`."""
        return False
