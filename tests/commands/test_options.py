"""Who is named as the one that ran a command."""

from __future__ import annotations

import getpass
import os
import platform

import pytest

from reportgen.commands.options import account


def test_the_account_and_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "kim")
    assert account() == f"kim on {platform.node()}"


@pytest.mark.parametrize("error", [KeyError("getpwuid(): uid not found"), OSError("no username")])
def test_a_container_s_user_without_a_name_is_a_number(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def nameless() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert account() == f"uid {os.getuid()} on {platform.node()}"
