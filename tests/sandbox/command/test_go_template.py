"""Go templates, case by case; what kubectl itself makes of the collector's is in ``test_service.py``."""

from __future__ import annotations

from typing import Any

import pytest

from reportgen.sandbox.command.go_template import Template, TemplateError, quoted

CASES: dict[str, tuple[str, Any, str]] = {
    "text": ("a {b} c", None, "a {b} c"),
    "a value": ("{{$v := .a}}{{$v}}", {"a": 5}, "5"),
    "true": ("{{$v := .a}}{{$v}}", {"a": True}, "true"),
    "a whole float": ("{{$v := .a}}{{$v}}", {"a": 2.0}, "2"),
    "half": ("{{$v := .a}}{{$v}}", {"a": 0.5}, "0.5"),
    "nothing": ("{{$v := .a}}{{$v}}", {}, "<no value>"),
    "else": ("{{if .a}}yes{{else}}no{{end}}", {"a": ""}, "no"),
    "zero is false": ("{{if .a}}yes{{end}}", {"a": 0}, ""),
    "a list": ("{{range $i, $v := .a}}{{if $i}},{{end}}{{$v}}{{end}}", {"a": ["x", "y"]}, "x,y"),
    "a map in order": ("{{range $k, $v := .a}}{{$k}}={{$v}};{{end}}", {"a": {"y": 1, "x": 2}}, "x=2;y=1;"),
    "no list": ("{{range $i, $v := .a}}{{$v}}{{end}}", {"a": None}, ""),
    "assigned in a loop": (
        '{{$c := ""}}{{range $k, $v := .a}}{{$c}}{{$k}}{{$c = ","}}{{end}}',
        {"a": {"x": 1, "y": 1}},
        "x,y",
    ),
    "declared in a loop": ('{{$c := "o"}}{{range $k, $v := .}}{{$c := "i"}}{{end}}{{$c}}', {"a": 1}, "o"),
    "a template": ('{{define "T"}}<{{index . "b"}}>{{end}}{{template "T" .a}}', {"a": {"b": "x"}}, "<x>"),
    "types": (
        '{{range $k, $v := .}}{{printf "%T" $v}} {{end}}',
        {"a": None, "b": "", "c": 1, "d": 1.5, "e": [], "f": {}, "g": True},
        "<nil> string int64 float64 []interface {} map[string]interface {} bool ",
    ),
    "equal to one of them": ('{{if eq .a "x" "y"}}yes{{end}}', {"a": "y"}, "yes"),
    "or": ('{{if or (eq .a "x") (eq (printf "%.2s" .a) "yy")}}yes{{end}}', {"a": "yyy"}, "yes"),
    "not equal": ('{{if ne (printf "%T" .a) "<nil>"}}yes{{end}}', {}, ""),
}


@pytest.mark.parametrize(("text", "data", "wanted"), CASES.values(), ids=CASES)
def test_a_template_prints_what_go_prints(text: str, data: Any, wanted: str) -> None:
    assert Template(text).execute(data) == wanted


WRONG: dict[str, tuple[str, Any, str]] = {
    "no end": ("{{if .a}}", {}, "unexpected EOF"),
    "an unknown function": ("{{upper .a}}", {}, 'function "upper" not defined'),
    "an unknown variable": ("{{$x}}", {}, "undefined variable"),
    "assigned before it is there": ('{{$x = "a"}}', {}, "undefined variable"),
    "an unknown template": ('{{template "T" .}}', {}, "not defined"),
    "an entry of a text": ('{{index . "a"}}', "text", "can't index item of type string"),
    "a loop over a text": ("{{range $i, $v := .}}{{end}}", "text", "can't iterate"),
    "an open parenthesis": ('{{if (eq .a "b"}}{{end}}', {}, "unclosed left paren"),
    "more than one value": ("{{.a .b}}", {}, "unexpected .b"),
    "an odd sign": ("{{.a | len}}", {}, "unexpected"),
    "nothing": ("{{}}", {}, "missing value"),
    "another layout": ('{{printf "%d" .a}}', {"a": 1}, "printf %d of int64"),
    "a map": ("{{.}}", {}, "is not printed"),
}


@pytest.mark.parametrize(("text", "data", "words"), WRONG.values(), ids=WRONG)
def test_what_go_refuses_is_refused(text: str, data: Any, words: str) -> None:
    with pytest.raises(TemplateError, match=words.replace("(", r"\(")):
        Template(text).execute(data)


def test_strings_are_quoted_as_go_quotes_them() -> None:
    cases = {
        'a"\\': '"a\\"\\\\"',
        "\a\b\f\n\r\t\v": '"\\a\\b\\f\\n\\r\\t\\v"',
        "\x00\x1f\x7f": '"\\x00\\x1f\\x7f"',
        "\u0085\u00a0\u200b\U000e0001": '"\\u0085\\u00a0\\u200b\\U000e0001"',
        "é中 \U0001f600": '"é中 \U0001f600"',
    }
    assert {text: quoted(text) for text in cases} == cases
