"""The observations as they are packed for the script of report.html: whole, cleaned, small, and the same."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import replace
from typing import Any

import pytest

from reportgen.model import Results, Status
from reportgen.render.context import report
from reportgen.render.packed import packed
from tests.render import factory


def unpacked(results: Results) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(packed(report(results, "html")))))
    return document


@pytest.fixture(scope="module")
def document(mixed: Results) -> dict[str, Any]:
    return unpacked(mixed)


def test_every_observation_is_there_once(document: dict[str, Any], mixed: Results) -> None:
    rows, texts, subjects = document["rows"], document["texts"], document["subjects"]
    seen = sorted(
        (
            document["controls"][control]["id"],
            subjects["id"][subject],
            document["statuses"][status][0],
            texts[reason] if reason >= 0 else "",
            tuple(f"{texts[path]}#{texts[pointer]}" for path, pointer in [document["evidence"][evidence]]),
        )
        for control, subject, status, reason, evidence in zip(
            *(rows[name] for name in ("control", "subject", "status", "reason", "evidence")), strict=True
        )
    )
    expected = sorted(
        (
            item.control,
            item.subject.id.replace("\u202e", "\\u{202E}").replace("\x1b", "\\u{001B}"),
            item.status.value,
            item.reason,
            item.evidence,
        )
        for item in mixed.observations
    )
    assert seen == expected


def test_what_is_worst_comes_first(document: dict[str, Any]) -> None:
    rows, controls = document["rows"], document["controls"]
    ranks = [
        (status, controls[control]["severity"])
        for status, control in zip(rows["status"], rows["control"], strict=True)
    ]
    assert ranks == sorted(ranks)
    assert document["statuses"][0][0] == Status.NOT_SATISFIED.value


def test_values_are_spelled_as_in_the_report(mixed: Results) -> None:
    item = replace(mixed.observations[0], observed={"A\u202e": None, "Long": "x" * 3000, "None": "None"})
    document = unpacked(replace(mixed, observations=(item,)))
    texts = [document["texts"][place] for place in document["values"][0]]
    assert texts[:3] == ["A\\u{202E}", "not set", "Long"]
    assert len(texts[3]) == 2000
    assert texts[4:] == ["None", "none"]


def test_50000_observations_are_small_and_the_same() -> None:
    estate = factory.results(1100, hostile=False)
    assert len(estate.observations) > 50_000
    view = report(estate, "html")
    first = packed(view)
    assert len(first) < 2_000_000
    assert packed(view) == first
