"""A small PDF of names in many scripts and of names that try to do harm, with the data files it carries."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reportgen.model import Json, Results
from reportgen.render.data import ControlTables, FindingsJson
from reportgen.render.pdf import PdfReport
from tests.render import factory

SCRIPTS = ("κόμβος-Αθήνα", "кластер-Київ-Ёж", "zażółć-gęślą-jaźń", "Çığ-Ñandú-ẞ-ő")
"""Names in Greek, Cyrillic, Polish and other Latin letters."""
CJK = ("漢字クラスタ", "한국어-클러스터", "集群-上海")
HARMFUL = (
    '<script>alert("x")</script>',
    '=cmd|"/c calc"!A1',
    "{{ 7*7 }} {% raw %}",
    "\u202eevil\u202c-override",
    "x" * 500,
    "prod-🚀-cluster",
    "../../../etc/passwd",
    '<img src="file:///etc/passwd">',
    "<link rel=attachment href=file:///etc/passwd>",
    "\x1b[31mred\x1b[0m\x07",
)
OBSERVED: tuple[dict[str, Json], ...] = (
    {"Tag": "t" * 500, "Image": '<img src="https://203.0.113.9/pixel.png">', "Style": "</style>url(//a.b/c)"},
)


def results() -> Results:
    """One control over clusters with all these names; few sources, so that it is drawn soon."""
    names = (*SCRIPTS, *CJK, *HARMFUL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(factory, "HOSTILE", names)
        patch.setattr(factory, "_OBSERVED", OBSERVED)
        base = factory.few(factory.results(len(names), controls_an_area=1), 2)
    return replace(base, sources=base.sources[:4])


def pack(folder: Path) -> Path:
    """The report of `results` in ``folder``, after the data files that it carries."""
    made = results()
    FindingsJson().render(made, folder)
    ControlTables().render(made, folder)
    return PdfReport().render(made, folder)
