"""Signing in: the endpoints that azure-identity and MSAL really call, and what they are refused with."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ClientSecretCredential, ManagedIdentityCredential

from reportgen.sandbox import Faults, serve
from tests.sandbox.conftest import Client

SCOPE = "https://management.azure.com/.default"


def credential(client: Client, secret: str) -> ClientSecretCredential:
    sandbox = client.sandbox
    return ClientSecretCredential(
        sandbox.tenant_id,
        sandbox.client_id,
        secret,
        authority=client.url,
        disable_instance_discovery=True,
        transport=client.transport(),
    )


def claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return decoded


def test_client_secret_credential_gets_a_token(client: Client) -> None:
    token = credential(client, client.sandbox.client_secret).get_token(SCOPE)
    found = claims(token.token)
    assert found["aud"] == "https://management.azure.com"
    assert (found["tid"], found["appid"]) == (client.sandbox.tenant_id, client.sandbox.client_id)
    assert found["oid"] == client.sandbox.object_id
    assert 3500 < found["exp"] - time.time() < 3700
    assert abs(found["exp"] - token.expires_on) <= 2


def test_a_wrong_secret_is_refused_as_entra_does(client: Client) -> None:
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215: Invalid client secret provided"):
        credential(client, "wrong").get_token(SCOPE)
    response = client.sign_in(client_secret="wrong")
    body = response.json()
    assert response.status_code == 401
    assert (body["error"], body["error_codes"]) == ("invalid_client", [7000215])
    assert set(body) == {
        "error",
        "error_description",
        "error_codes",
        "timestamp",
        "trace_id",
        "correlation_id",
        "error_uri",
    }


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"client_id": "11111111-0000-4000-8000-000000000000"}, 400, 700016),
        ({"tenant": "22222222-0000-4000-8000-000000000000"}, 400, 90002),
        ({"grant_type": "password"}, 400, 70003),
        ({"client_secret": ""}, 401, 7000215),
    ],
)
def test_other_refusals(client: Client, change: dict[str, str], status: int, code: int) -> None:
    response = client.sign_in(**change)
    assert (response.status_code, response.json()["error_codes"]) == (status, [code])


def test_an_assertion_stands_for_the_secret(client: Client) -> None:
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    good = client.sign_in(client_secret="", client_assertion="a.b.c", client_assertion_type=kind)
    bad = client.sign_in(client_secret="", client_assertion="no token", client_assertion_type=kind)
    assert (good.status_code, bad.status_code) == (200, 401)


def test_app_service_managed_identity(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{client.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", client.sandbox.identity_header)
    token = ManagedIdentityCredential(transport=client.transport()).get_token(SCOPE)
    assert claims(token.token)["oid"] == client.sandbox.object_id
    monkeypatch.setenv("IDENTITY_HEADER", "wrong")
    with pytest.raises(ClientAuthenticationError):
        ManagedIdentityCredential(transport=client.transport()).get_token(SCOPE)


def test_instance_metadata_identity(client: Client) -> None:
    path = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://management.azure.com"
    assert client.get(path).status_code == 400
    body = client.get(path, headers={"Metadata": "true"}).json()
    assert set(body) == {
        "access_token",
        "client_id",
        "expires_in",
        "expires_on",
        "ext_expires_in",
        "resource",
        "token_type",
        "not_before",
    }
    assert body["expires_on"].isdecimal()


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Authorization": ""}, "AuthenticationFailed"),
        ({"Authorization": "Bearer a.b.c"}, "InvalidAuthenticationToken"),
        ({"Authorization": "Basic a"}, "InvalidAuthenticationToken"),
    ],
)
def test_resource_manager_wants_our_token(client: Client, headers: dict[str, str], code: str) -> None:
    response = client.get("/subscriptions", headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (401, code)
    assert response.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=")


def test_an_expired_token_is_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.get("/subscriptions")
    real = time.time
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: real() + 4000)
        response = client.get("/subscriptions")
    assert (response.status_code, response.json()["error"]["code"]) == (401, "ExpiredAuthenticationToken")


def test_the_fault_refuses_tokens(estate: Path) -> None:
    with serve(estate, faults=Faults(refuse_token=True)) as sandbox:
        client = Client(sandbox)
        assert client.sign_in().json()["error_codes"] == [7000215]
