"""Excerpts keep what a control names, and say by their form what they leave out."""

from __future__ import annotations

import json

from reportgen.audit.excerpt import excerpt

LONG = {f"setting{number}": "x" * 90 for number in range(40)}


def test_what_is_short_is_given_whole() -> None:
    value = {"b": [1, 2], "a": {"c": None}}
    text, whole = excerpt(value, ["nothing of it"])
    assert whole
    assert json.loads(text) == value


def test_of_a_long_value_the_named_keys_are_kept_with_what_holds_them() -> None:
    value = {"id": "/x", "name": "x", "properties": LONG | {"inner": {"apiServer": {"private": True} | LONG}}}
    text, whole = excerpt(value, ["subject.?properties.?inner.?apiServer.?private.orValue(false)"])
    assert not whole
    assert json.loads(text) == {
        "id": "/x",
        "name": "x",
        "properties": {"inner": {"apiServer": {"private": True}}},
    }


def test_a_key_that_is_not_there_shows_those_that_are() -> None:
    text, whole = excerpt({"name": "x", "properties": dict(list(LONG.items())[:30])}, ["properties.private"])
    assert not whole
    assert json.loads(text) == {
        "name": "x",
        "properties": {"…": ", ".join(sorted(list(LONG)[:30]))},
    }


def test_identity_does_not_hide_what_is_named_deeper() -> None:
    pod = {
        "metadata": {"name": "p", "namespace": "n", "labels": LONG},
        "spec": {"containers": [{"name": "c", "image": "registry/x", "env": LONG}], "other": LONG},
    }
    text, _ = excerpt(pod, ["every image; metadata.namespace and metadata.name"])
    assert json.loads(text) == {
        "metadata": {"name": "p", "namespace": "n"},
        "spec": {"containers": [{"name": "c", "image": "registry/x"}]},
    }


def test_what_is_too_long_still_is_begun() -> None:
    text, whole = excerpt({"list": list(range(5000))}, ["list"])
    assert not whole
    assert text.startswith('{\n  "list": [\n    0,')
    assert text.count("\n") < 40
    half, _ = excerpt({"list": list(range(5000))}, ["list"], among=2)
    assert half.count("\n") < text.count("\n") / 1.8
