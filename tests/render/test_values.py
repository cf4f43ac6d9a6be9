"""How observed values become words."""

from __future__ import annotations

from typing import Any

import pytest

from reportgen.render.strings import builtin
from reportgen.render.values import observed


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "not set"),
        (float("nan"), "not set"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        ("", "(empty)"),
        ("None", "none"),
        ([], "(empty list)"),
        (["a", None], "a, not set"),
        ({"b": None, "a": [1]}, "a: 1, b: not set"),
        ("x" * 500, "x" * 239 + "…"),
        (
            "/subscriptions/1/resourcegroups/rg-a/providers/Microsoft.OperationalInsights/workspaces/logs",
            "logs (workspaces, resource group rg-a)",
        ),
    ],
)
def test_observed_values(value: Any, text: str) -> None:
    assert observed(value, builtin()) == text
