"""The catalogue of texts: filled, escaped, plural, and none that is missing without an error."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markupsafe import Markup

from reportgen.render.strings import Strings, builtin, flat

STRINGS = Strings(
    flat({"page": {"title": "Pages of {name}", "count": {"one": "{n} page", "other": "{n} pages"}}})
)


def test_a_text_is_filled_and_grouped() -> None:
    assert STRINGS.text("page.title", name="a") == "Pages of a"
    assert STRINGS.text("page.count", n=1) == "1 page"
    assert STRINGS.text("page.count", n=1234) == "1,234 pages"


def test_values_are_escaped_and_markup_is_kept() -> None:
    assert STRINGS.markup("page.title", name="<b>") == "Pages of &lt;b&gt;"
    assert STRINGS.markup("page.title", name=Markup("<b>x</b>")) == "Pages of <b>x</b>"


def test_one_time_is_printed_once() -> None:
    one, two = "2026-11-15T06:00:00Z", "2026-11-15T06:07:31Z"
    assert builtin().span(one, one) == "2026-11-15 06:00:00 UTC"
    assert builtin().span(one, two) == "2026-11-15 06:00:00 UTC to 2026-11-15 06:07:31 UTC"


def test_areas_of_a_company_s_own_are_called_by_their_id() -> None:
    assert (builtin().area("rbac"), builtin().area("backups")) == ("Kubernetes RBAC", "Backups")


def test_a_company_s_text_is_no_markup() -> None:
    own = Strings({"page.title": "<script>{name}"})
    assert own.markup("page.title", name="a") == "&lt;script&gt;a"


def test_a_key_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        STRINGS.text("page.nothing")


def test_every_packaged_entry_is_text() -> None:
    for entry in builtin().entries.values():
        assert isinstance(entry, str) or set(entry) == {"one", "other"}


def test_every_packaged_entry_is_used() -> None:
    """By its key, by the beginning of a key that is put together, or with its section."""
    root = Path(__file__).parents[2]
    files = [*(root / "reportgen").rglob("*.py"), *(root / "templates").rglob("*.j2")]
    source = "\n".join(path.read_text(encoding="utf-8") for path in files)
    whole = set(re.findall(r"""["']([a-z_]+\.[\w-]+)["']""", source))
    begun = tuple({*re.findall(r"""["']([a-z_]+\.[\w-]*)(?:\{|["'] *[~+])""", source)})
    sections = tuple(f"{name}." for name in re.findall(r"""\.section\(["'](\w+)["']\)""", source))
    unused = [
        key for key in builtin().entries if key not in whole and not key.startswith((*begun, *sections))
    ]
    assert unused == []
