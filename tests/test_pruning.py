"""What is blanked before a body is stored, and what is not."""

from __future__ import annotations

import pytest

from reportgen.model import Json
from reportgen.pruning import REDACTED, prune


def test_secrets_are_blanked_at_any_depth_and_in_any_casing() -> None:
    body = {
        "properties": [{"Secret": "a", "adminPassword": "b", "clientSECRET": "c", "connectionString": "d"}]
    }
    assert prune(body) == {"properties": [dict.fromkeys(body["properties"][0], REDACTED)]}


@pytest.mark.parametrize("name", [
    "serverAppSecret", "customData", "userData", "sharedKey", "primary_key", "workspace-key", "apiKey",
    "sasToken", "token", "properties.windowsProfile.adminPassword", "SharedAccessSignature",
])  # fmt: skip
def test_names_are_known_by_how_they_end(name: str) -> None:
    assert prune({name: "x"}) == {name: REDACTED}


@pytest.mark.parametrize("name", ["protectedSettings", "configurationProtectedSettings", "connectionStrings"])
def test_what_is_inside_of_a_secret_is_one(name: str) -> None:
    assert prune({name: {"a": ["x", {"b": "y"}], "n": 1}}) == {
        name: {"a": [REDACTED, {"b": REDACTED}], "n": 1}
    }


def test_what_is_no_secret_stays() -> None:
    body = {
        "secret": None,
        "password": "",
        "secrets": {"enabled": True},
        "secretRotation": "2m",
        "disablePasswordAuthentication": "true",
        "topologyKey": "zone",
        "secretKeyRef": {"name": "db", "key": "password"},
        "$skipToken": "abc",
        "url": "https://a.example/b?c=d",
        "repository": "ssh://git@a.example/b",
        "mail": "a@b.example",
        "n": [1, None],
    }
    assert prune(body) == body


@pytest.mark.parametrize("about", [
    {"secret": {"secretName": "db", "optional": False}},
    {"serviceAccountToken": {"path": "token", "audience": "api://AzureADTokenExchange"}},
    {"privateKey": {"algorithm": "ECDSA", "rotationPolicy": "Always"}},
    {"clientSecret": {"name": "vault", "key": "id"}},
])  # fmt: skip
def test_what_an_object_says_about_a_secret_stays(about: Json) -> None:
    assert prune(about) == about


def test_the_secret_inside_of_such_an_object_is_blanked() -> None:
    assert prune({"secret": {"password": "x", "name": "y"}}) == {
        "secret": {"password": REDACTED, "name": "y"}
    }
    assert prune({"workspaceKey": {"value": "x"}, "a.password": {"newValue": "y", "kind": "Update"}}) == {
        "workspaceKey": {"value": REDACTED},
        "a.password": {"newValue": REDACTED, "kind": "Update"},
    }


@pytest.mark.parametrize(("text", "kept"), [
    ("http://user:pa:ss@proxy.example:3128/", f"http://{REDACTED}@proxy.example:3128/"),
    ("https://token@a.example", f"https://{REDACTED}@a.example"),
    ("ssh://git:pw@a.example/b", f"ssh://{REDACTED}@a.example/b"),
    ("Account=a;AccountKey=abc==;Suffix=b", f"Account=a;AccountKey={REDACTED};Suffix=b"),
    ("Endpoint=sb://x/;SharedAccessKey=abc", f"Endpoint=sb://x/;SharedAccessKey={REDACTED}"),
    ("https://a/c?sv=1&sig=abc%3D&se=2", f"https://a/c?sv=1&sig={REDACTED}&se=2"),
])  # fmt: skip
def test_credentials_inside_of_texts_are_blanked(text: str, kept: Json) -> None:
    assert prune({"value": [text]}) == {"value": [kept]}
