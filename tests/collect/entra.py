"""Entra ID as far as signing in with a device code needs it; the sandbox has no person to sign in."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import trustme

from tests.loopback import https


@dataclass
class Authority:
    """Entra ID as far as a device code needs it: one code, and a token for whoever asks with it."""

    port: int
    ca_file: Path
    forms: list[dict[str, str]] = field(default_factory=list)
    error: str = ""

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.forms.append(form)
        if path.endswith("/openid-configuration"):
            base = f"{self.url}/tenant"
            return 200, {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            }
        if path.endswith("/devicecode"):
            return 200, {
                "device_code": "the-device-code", "user_code": "ABCD1234", "expires_in": 900, "interval": 1,
                "verification_uri": "https://microsoft.com/devicelogin", "message": "Sign in.",
            }  # fmt: skip
        if self.error:
            return 400, {"error": self.error, "error_description": f"AADSTS: {self.error}"}
        claims = {
            "aud": form["client_id"],
            "iss": f"{self.url}/tenant",
            "sub": "subject",
            "tid": "tenant",
            "preferred_username": "auditor@contoso.com",
            "iat": 1,
            "exp": 4102444800,
        }
        return 200, {
            "token_type": "Bearer",
            "expires_in": 3600,
            "access_token": "a-token",
            "scope": form.get("scope", ""),
            "id_token": f"e30.{_encoded(claims)}.x",
            "client_info": _encoded({"uid": "user", "utid": "tenant"}),
        }


def _encoded(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@contextmanager
def authority(folder: Path) -> Iterator[Authority]:
    """An `Authority` on loopback, over HTTPS; its certificates lie in ``folder``."""
    signer = trustme.CA()
    ca_file = folder / "ca.pem"
    signer.cert_pem.write_to_path(str(ca_file))
    known = Authority(0, ca_file)

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            form = {name: values[-1] for name, values in parse_qs(body).items()}
            status, content = known.answer(self.path.partition("?")[0], form)
            sent = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = _answer  # noqa: N815 (the library's names)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with https(Handler, signer) as known.port:
        yield known
