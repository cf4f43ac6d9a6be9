"""Entra's token endpoint and the managed identity endpoints, with the one identity the sandbox knows."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from urllib.parse import parse_qs

from reportgen.model import Json
from reportgen.sandbox.exchange import Answer, Call, Clock
from reportgen.sandbox.interface import (
    CLIENT_ID,
    CLIENT_SECRET,
    IDENTITY_HEADER,
    LOGIN_HOST,
    OBJECT_ID,
    TENANT_ID,
    Faults,
)

LIFETIME = 3599
"""Seconds that Entra states for an application's token."""


class Identity:
    """Issues tokens that look like Entra's and knows its own again. Times in them are real."""

    def __init__(self, clock: Clock, faults: Faults) -> None:
        self._clock = clock
        self._faults = faults
        self._key = secrets.token_bytes(32)
        self._issued: dict[str, float] = {}
        self._audiences: dict[str, str] = {}

    def token(self, call: Call) -> Answer:
        """POST /{tenant}/oauth2/v2.0/token with the client credentials grant."""
        form = {name: values[-1] for name, values in parse_qs(call.body.decode("utf-8", "replace")).items()}
        client = form.get("client_id", "")
        if call.parts["tenant"] != TENANT_ID:
            return self._refuse(
                call,
                400,
                "invalid_request",
                90002,
                _NO_TENANT.format(call.parts["tenant"]),
            )
        if form.get("grant_type") != "client_credentials":
            grant = form.get("grant_type", "")
            return self._refuse(call, 400, "unsupported_grant_type", 70003, _NO_GRANT.format(grant))
        if client.lower() != CLIENT_ID:
            return self._refuse(call, 400, "unauthorized_client", 700016, _NO_CLIENT.format(client))
        if self._faults.refuse_token or not _proves_itself(form):
            return self._refuse(call, 401, "invalid_client", 7000215, _BAD_SECRET.format(client))
        audience = form.get("scope", "").removesuffix("/.default")
        common = {
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "ext_expires_in": LIFETIME,
        }
        return Answer(common | {"access_token": self._issue(audience)})

    def app_service(self, call: Call) -> Answer:
        """GET of IDENTITY_ENDPOINT, as App Service and Azure Automation have it (2019-08-01)."""
        if call.headers.get("x-identity-header") != IDENTITY_HEADER:
            return Answer(
                {"statusCode": 401, "message": "The X-IDENTITY-HEADER does not match."},
                401,
            )
        return self._managed(call, {"client_id": CLIENT_ID})

    def instance_metadata(self, call: Call) -> Answer:
        """GET /metadata/identity/oauth2/token of the instance metadata service."""
        if call.headers.get("metadata", "").lower() != "true":
            return Answer(
                {
                    "error": "bad_request_102",
                    "error_description": "Required metadata header not specified",
                },
                400,
            )
        extra = {
            "client_id": CLIENT_ID,
            "expires_in": str(LIFETIME),
            "ext_expires_in": str(LIFETIME),
        }
        return self._managed(call, extra | {"not_before": str(int(time.time()))})

    def _managed(self, call: Call, extra: dict[str, str]) -> Answer:
        resource = call.query.get("resource", "")
        wanted = call.query.get("client_id", CLIENT_ID)
        if not resource or wanted.lower() != CLIENT_ID or self._faults.refuse_token:
            return Answer(
                {"error": "invalid_request", "error_description": "Identity not found"},
                400,
            )
        expires = str(int(time.time()) + LIFETIME)
        body = {
            "access_token": self._issue(resource),
            "expires_on": expires,
            "resource": resource,
        }
        return Answer(extra | body | {"token_type": "Bearer"})

    def openid_configuration(self, call: Call) -> Answer:
        """GET /{tenant}/v2.0/.well-known/openid-configuration."""
        base = f"https://{call.host}/{call.parts['tenant']}"
        return Answer(
            {
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "token_endpoint_auth_methods_supported": [
                    "client_secret_post",
                    "private_key_jwt",
                ],
                "jwks_uri": f"{base}/discovery/v2.0/keys",
                "response_modes_supported": ["query", "fragment", "form_post"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "response_types_supported": [
                    "code",
                    "id_token",
                    "code id_token",
                    "id_token token",
                ],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
                "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
                "tenant_region_scope": None,
                "cloud_instance_name": call.host,
            }
        )

    def instance_discovery(self, call: Call) -> Answer:
        """GET /common/discovery/instance: this host and no other."""
        return Answer(
            {
                "tenant_discovery_endpoint": f"https://{call.host}/{TENANT_ID}/v2.0/.well-known/openid-configuration",
                "api-version": "1.1",
                "metadata": [
                    {
                        "preferred_network": call.host,
                        "preferred_cache": call.host,
                        "aliases": [call.host, LOGIN_HOST],
                    }
                ],
            }
        )

    def problem(self, authorization: str) -> tuple[str, str] | None:
        """Code and message of what is wrong with an Authorization header, None where nothing is."""
        scheme, _, token = authorization.partition(" ")
        if not authorization:
            return (
                "AuthenticationFailed",
                "Authentication failed. The 'Authorization' header is missing.",
            )
        if scheme.lower() != "bearer" or token not in self._issued:
            return "InvalidAuthenticationToken", "The access token is invalid."
        if self._issued[token] < time.time():
            return (
                "ExpiredAuthenticationToken",
                "The access token expiry UTC time is earlier than current UTC time.",
            )
        return None

    def is_for(self, authorization: str, audience: str) -> bool:
        """Whether an Authorization header bears a good token of ours for this audience."""
        token = authorization.partition(" ")[2]
        return self.problem(authorization) is None and self._audiences[token] == audience

    def expire_all(self) -> None:
        """Refuse every token issued so far as expired."""
        self._issued = dict.fromkeys(self._issued, 0.0)

    def _issue(self, audience: str) -> str:
        now = int(time.time())
        claims = {
            "aud": audience,
            "iss": f"https://{LOGIN_HOST}/{TENANT_ID}/",
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME,
            "appid": CLIENT_ID,
            "appidacr": "1",
            "idtyp": "app",
            "oid": OBJECT_ID,
            "sub": OBJECT_ID,
            "tid": TENANT_ID,
            "uti": secrets.token_urlsafe(16),  # no two tokens are one, also of one second
            "ver": "1.0",
        }
        text = f"{_encoded({'typ': 'JWT', 'alg': 'HS256', 'kid': 'sandbox'})}.{_encoded(claims)}"
        token = f"{text}.{_base64(hmac.digest(self._key, text.encode(), hashlib.sha256))}"
        self._issued[token] = float(now + LIFETIME)
        self._audiences[token] = audience
        return token

    def _refuse(self, call: Call, status: int, kind: str, number: int, message: str) -> Answer:
        stamp = self._clock.now().strftime("%Y-%m-%d %H:%M:%SZ")
        trace, correlation = (
            call.request_id(self._clock, "trace"),
            call.request_id(self._clock, "correlation"),
        )
        return Answer(
            {
                "error": kind,
                "error_description": f"AADSTS{number}: {message} Trace ID: {trace} "
                f"Correlation ID: {correlation} Timestamp: {stamp}",
                "error_codes": [number],
                "timestamp": stamp,
                "trace_id": trace,
                "correlation_id": correlation,
                "error_uri": f"https://{call.host}/error?code={number}",
            },
            status,
        )


_NO_TENANT = (
    "Tenant '{}' not found. Check to make sure you have the correct tenant ID and are signing into the "
    "correct cloud."
)
_NO_GRANT = "The app requested an unsupported grant type '{}'."
_NO_CLIENT = (
    "Application with identifier '{}' was not found in the directory 'Sandbox'. This can happen if the "
    "application has not been installed by the administrator of the tenant."
)
_BAD_SECRET = (
    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
    "not the client secret ID, for a secret added to app '{}'."
)


def _proves_itself(form: dict[str, str]) -> bool:
    """By the secret, or by any assertion that looks like a token (workload identity)."""
    if "client_assertion" in form:
        return form["client_assertion"].count(".") == 2
    return hmac.compare_digest(form.get("client_secret", "").encode(), CLIENT_SECRET.encode())


def _encoded(value: Json) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
