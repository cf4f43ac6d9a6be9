"""The commands as people and jobs call them: exit codes, what is written where, and what never is."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reportgen import __version__, run
from reportgen.commands import collecting
from reportgen.errors import CredentialError, DeliveryError, IncompleteError, ReportgenError, UsageError
from reportgen.snapshot import Reader
from tests import line
from tests.conftest import Run
from tests.sandbox.conftest import ALPHA, BETA, HIDDEN, cluster, cluster_id

COMMANDS = ("demo", "init", "run", "collect", "report", "verify", "show", "waive", "sandbox", "controls")
HEAVY = ("pandas", "numpy", "weasyprint", "azure", "duckdb", "pydantic", "jinja2", "yaml", "requests",
         "starlette", "cel_expr_python", "fontTools", "cryptography")  # fmt: skip
RAW = "\x1b[2J", "\x9b31m", "\u202e"


def on_estate(estate: Path, out: Path, *more: str | Path) -> line.Result:
    return line.command("run", "--estate", estate, "--out", out, "--as-of", line.AS_OF, *more)


# Help and usage


@pytest.mark.parametrize("arguments", [("--help",), ("--version",)], ids=" ".join)
def test_help_loads_nothing_that_is_slow(arguments: tuple[str, ...]) -> None:
    code = (
        "import sys\n"
        "from reportgen.cli import main\n"
        f"sys.argv[1:] = {list(arguments)}\n"
        "try:\n    main()\nexcept SystemExit as ended:\n    assert not ended.code\n"
        "print('LOADED', *sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    result = line.python("-c", code)
    assert result.returncode == 0, result.stderr
    loaded = set(result.stdout.splitlines()[-1].split())
    assert "typer" in loaded
    assert loaded & set(HEAVY) == set()


def test_help_names_every_command() -> None:
    result = line.command("--help")
    assert result.code == 0
    for name in COMMANDS:
        assert re.search(rf"\b{name}\b", result.out)
        own = line.command(name, "--help")
        assert own.code == 0
        assert f" {name} [OPTIONS]" in own.out


def test_the_version() -> None:
    assert line.command("--version").out == f"reportgen {__version__}\n"


@pytest.mark.parametrize("arguments", [
    ("nonsense",), ("run", "--nonsense"), ("verify",), ("show", "a", "b"), ("run", "--fail-on", "sometimes"),
    ("run", "--log-format", "xml"), ("sandbox", ".", "--port", "x"), ("controls", "nonsense"),
], ids=" ".join)  # fmt: skip
def test_what_cannot_be_parsed_is_exit_2(arguments: tuple[str, ...]) -> None:
    result = line.command(*arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err


def test_without_an_engagement_it_says_how_to_get_one(tmp_path: Path) -> None:
    for command in ("run", "collect"):
        result = line.command(command, "--out", tmp_path)
        assert (result.code, result.out) == (2, "")
        assert "write one with `reportgen init`" in result.err


def test_as_of_needs_an_estate(tmp_path: Path) -> None:
    result = line.command("run", "engagement.yaml", "--as-of", line.AS_OF, "--out", tmp_path)
    assert (result.code, result.out) == (2, "")
    assert (
        result.err
        == "error: --as-of works with --estate only: Azure shows how things are, not how they were\n"
    )


@pytest.mark.parametrize("time", ["yesterday", "2026-13-01", "2026-02-30T00:00:00Z", "1799128800"])
def test_a_time_that_is_none_is_named(mixed_estate: Path, tmp_path: Path, time: str) -> None:
    result = line.command("run", "--estate", mixed_estate, "--as-of", time, "--out", tmp_path)
    assert (result.code, result.out) == (2, "")
    assert f"--as-of {time}: expected RFC 3339, such as 2026-11-15T06:00:00Z" in result.err


@pytest.mark.parametrize(("text", "expected"), [
    ("2026-11-15T06:00:00Z", "2026-11-15T06:00:00Z"),
    ("2026-11-15T07:00:00+01:00", "2026-11-15T06:00:00Z"),
    ("2026-11-15T06:00:00.999Z", "2026-11-15T06:00:00Z"),
    ("2026-11-15T06:00:00", "2026-11-15T06:00:00Z"),
    ("2026-11-15", "2026-11-15T00:00:00Z"),
])  # fmt: skip
def test_a_time_is_taken_as_utc(text: str, expected: str) -> None:
    assert collecting._time(text) == datetime.fromisoformat(expected)
    assert collecting._time(text).tzinfo is UTC


# Estates


def test_an_estate_that_is_wrong_names_the_files(tmp_path: Path) -> None:
    files: dict[str, Any] = {
        "good.json": cluster(ALPHA, "one"),
        "broken.json": '{"id": ',
        "first.json": cluster(ALPHA, "twin"),
        "more/second.json": cluster(ALPHA, "TWIN"),
    }
    result = on_estate(line.estate(tmp_path / "estate", files), tmp_path / "out")
    assert (result.code, result.out) == (2, "")
    assert "azure/broken.json:1:" in result.err
    assert "azure/first.json and azure/more/second.json: two resources with one id" in result.err
    assert not list((tmp_path / "out").rglob("snapshot.json"))


@pytest.mark.parametrize("make", [False, True], ids=["missing", "empty"])
def test_what_is_no_estate_is_said_to_be_none(tmp_path: Path, make: bool) -> None:
    estate = tmp_path / "estate"
    if make:
        estate.mkdir()
    for result in (on_estate(estate, tmp_path / "out"), line.command("sandbox", estate)):
        assert (result.code, result.out) == (2, "")
        assert f"{estate}: no estate folder" in result.err


def test_an_estate_without_the_extra_says_how_to_install_it(
    mixed_estate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    result = on_estate(mixed_estate, tmp_path)
    assert (result.code, result.out) == (2, "")
    assert "pip install 'reportgen[sandbox]'" in result.err


def test_the_engagement_inside_an_estate_is_taken(mixed_run: Run) -> None:
    assert mixed_run.result.code == 3
    assert mixed_run.result.out.startswith("2 of 3 expected subscriptions read; ")
    assert 'Contoso "Øst": <b>A/S</b>' in (mixed_run.pack / "README.txt").read_text(encoding="utf-8")


def test_an_engagement_that_is_named_goes_before_it(
    mixed_estate: Path, tmp_path: Path, without_pdf: None
) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(ALPHA_ENGAGEMENT.replace("Øst", "Vest"), encoding="utf-8")
    result = on_estate(mixed_estate, tmp_path / "out", own)
    assert result.out.startswith("1 of 1 expected subscriptions read; ")
    assert 'Contoso "Vest"' in (result.pack / "README.txt").read_text(encoding="utf-8")


def test_an_engagement_inside_an_estate_that_is_wrong_is_named(tmp_path: Path) -> None:
    estate = line.estate(tmp_path / "estate", line.good_files())
    (estate / "engagement.yaml").write_text("entity: x\n", encoding="utf-8")
    result = on_estate(estate, tmp_path / "out")
    assert result.code == 2
    assert f"{estate / 'engagement.yaml'}:1: period: missing" in result.err


# Exit codes of a run


def estate_with(folder: Path, without: tuple[str, ...] = (), **properties: Any) -> Path:
    """The estate in which everything is as wanted, but for these files and properties of its cluster."""
    body = line.hardened(ALPHA, "aks-good")
    body["properties"] |= properties
    files = {name: content for name, content in line.good_files().items() if name not in without}
    return line.estate(folder, files | {"good.json": body})


ALPHA_ENGAGEMENT = line.MIXED_ENGAGEMENT.replace(f"{BETA}, {HIDDEN}", "")
ESTATES: dict[str, tuple[dict[str, Any], tuple[str, ...], dict[str, int]]] = {
    "good": ({}, (), {"findings": 0, "incomplete": 0, "never": 0}),
    "findings": ({"disableLocalAccounts": False}, (), {"findings": 1, "incomplete": 0, "never": 0}),
    "gap": ({}, ("empty.json",), {"findings": 3, "incomplete": 3, "never": 0}),
}


@pytest.mark.parametrize("name", ESTATES)
def test_a_run_ends_with_the_code_of_the_contract(
    tmp_path: Path, without_pdf: None, few_controls: None, name: str
) -> None:
    properties, without, codes = ESTATES[name]
    estate = estate_with(tmp_path / "estate", without, **properties)
    assert on_estate(estate, tmp_path / "default").code == codes["findings"]
    engagement = tmp_path / "engagement.yaml"
    engagement.write_text(ALPHA_ENGAGEMENT, encoding="utf-8")
    for word, code in codes.items():
        assert (
            line.command("report", engagement, "--out", tmp_path / "default", "--fail-on", word).code == code
        )


def test_a_subscription_without_access_is_in_the_pack_and_exit_3(mixed_run: Run) -> None:
    assert mixed_run.result.code == 3
    document = json.loads((mixed_run.pack / "results" / "findings.json").read_bytes())
    hidden = next(known for known in document["scope"]["subscriptions"] if known["id"] == HIDDEN)
    assert (hidden["expected"], hidden["visible"], hidden["collected"]) == (True, False, False)
    html = (mixed_run.pack / "report.html").read_text(encoding="utf-8")
    assert "not visible to the collector" in html
    assert HIDDEN in html


def test_a_run_writes_its_results_to_standard_output_and_its_log_to_standard_error(mixed_run: Run) -> None:
    out, err = mixed_run.result.out.splitlines(), mixed_run.result.err.splitlines()
    assert len(out) == 5
    assert re.fullmatch(r"2 of 3 expected subscriptions read; \d+ gaps in the evidence", out[0])
    assert re.fullmatch(r"\d+ controls: \d+ satisfied, \d+ not-satisfied.*", out[1])
    assert out[2].startswith("No register of runs is kept")
    assert out[3:] == [f"Pack: {mixed_run.pack}", f"      {mixed_run.zip}"]
    assert err
    assert all(re.match(r"\S+ INFO collected \d+ of \d+ \(", text) for text in err)


def test_collect_stops_before_the_report(mixed_estate: Path, tmp_path: Path) -> None:
    result = line.command("collect", "--estate", mixed_estate, "--out", tmp_path, "--as-of", line.AS_OF)
    folder = tmp_path / "snapshots" / "20261115T060000Z"
    assert result.code == 3
    gaps = [gap for gap in Reader(folder).gaps if not gap.excluded]
    assert result.out == f"Snapshot: {folder}\nGaps: {len(gaps)}\n"
    assert [path.name for path in tmp_path.iterdir()] == ["snapshots"]


def test_collect_says_when_nothing_lacks(tmp_path: Path) -> None:
    estate = line.estate(tmp_path / "estate", line.good_files())
    result = line.command("collect", "--estate", estate, "--out", tmp_path, "--as-of", line.AS_OF)
    assert (result.code, result.out.splitlines()[1]) == (0, "Everything in scope was read.")


# Errors


@pytest.mark.parametrize(("error", "code"), [
    (UsageError("u"), 2), (CredentialError("c"), 2), (IncompleteError("i"), 3), (DeliveryError("d"), 4),
    (ReportgenError("r"), 5),
], ids=lambda value: type(value).__name__)  # fmt: skip
def test_each_error_ends_with_its_code(
    mixed_estate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: ReportgenError, code: int
) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(run, "collect_estate", fail)
    result = on_estate(mixed_estate, tmp_path)
    assert (result.code, result.out, result.err) == (code, "", f"error: {error}\n")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of the program, whose message holds a name from Azure."""

    def fail(*_: Any) -> None:
        raise ZeroDivisionError(f"in {line.ESCAPES}")

    monkeypatch.setattr(run, "collect_estate", fail)


def test_an_internal_error_is_a_line_and_says_how_to_see_more(
    mixed_estate: Path, tmp_path: Path, broken: None
) -> None:
    result = on_estate(mixed_estate, tmp_path)
    assert (result.code, result.out) == (5, "")
    first, second = result.err.splitlines()
    assert first.startswith("internal error: ZeroDivisionError: in \ufffd[2J")
    assert second == "Run it again with --debug for the details."


def test_a_traceback_only_with_debug(mixed_estate: Path, tmp_path: Path, broken: None) -> None:
    result = line.command(
        "--debug", "run", "--estate", mixed_estate, "--out", tmp_path, "--as-of", line.AS_OF
    )
    assert result.code == 5
    assert "Traceback (most recent call last):" in result.err
    assert 'raise ZeroDivisionError(f"in' in result.err
    assert not [raw for raw in RAW if raw in result.err]


def test_an_interrupt_is_130_and_no_traceback(
    mixed_estate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "collect_estate", interrupt)
    result = on_estate(mixed_estate, tmp_path)
    assert (result.code, result.out) == (130, "")
    assert "Traceback" not in result.err


# Logs and terminals


def test_json_log_lines_are_json_each(mixed_estate: Path, tmp_path: Path, without_pdf: None) -> None:
    result = on_estate(mixed_estate, tmp_path, "--log-format", "json")
    lines = [json.loads(text) for text in result.err.splitlines()]
    assert lines
    for found in lines:
        assert set(found) == {"time", "level", "message"}
        assert found["time"].endswith("Z")


def test_an_error_is_json_too(mixed_estate: Path, tmp_path: Path, broken: None) -> None:
    result = on_estate(mixed_estate, tmp_path, "--log-format", "json")
    assert result.code == 5
    (found,) = (json.loads(text) for text in result.err.splitlines())
    assert found["level"] == "error"
    assert found["message"].startswith("internal error: ZeroDivisionError")


def test_no_name_steers_the_terminal(mixed_run: Run, tmp_path: Path) -> None:
    written = mixed_run.result.out + mixed_run.result.err
    files: dict[str, Any] = {f"{n}.json": cluster(ALPHA, f"{line.ESCAPES}{n:02}") for n in range(25)}
    estate = line.estate(tmp_path / "estate", files)
    logged = line.command("collect", "--estate", estate, "--out", tmp_path / "out", "--as-of", line.AS_OF)
    assert "\ufffd[2J" in logged.err
    (estate / "azure" / "broken.json").write_text(json.dumps([{"id": line.ESCAPES}]), encoding="utf-8")
    refused = line.command("collect", "--estate", estate, "--out", tmp_path / "out")
    assert refused.code == 2
    for text in (written, logged.out, logged.err, refused.out, refused.err):
        assert not [raw for raw in RAW if raw in text]


@pytest.fixture(scope="module")
def terminal(mixed_estate: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str]:
    """A whole run on a terminal, on a machine without Pango."""
    folder = tmp_path_factory.mktemp("terminal")
    (folder / "weasyprint.py").write_text("raise OSError('no pango')\n", encoding="utf-8")
    path = os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH", ""))))
    return line.on_terminal(
        "run", "--estate", mixed_estate, "--out", folder / "out", "--as-of", line.AS_OF, PYTHONPATH=path
    )


def test_a_terminal_shows_a_progress_bar(terminal: tuple[int, str]) -> None:
    code, shown = terminal
    assert code == 2, shown
    assert "collecting" in shown
    assert "━" in shown
    assert "INFO" not in shown
    assert shown.index("warning: report.pdf cannot be made here") < shown.index("collecting")


def test_a_terminal_shows_a_table(terminal: tuple[int, str]) -> None:
    _, shown = terminal
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)
    row = next(text for text in plain.splitlines() if "api-server-private" in text)
    assert re.sub(r"[^\w-]+", " ", row).split() == ["api-server-private", "high", "not-satisfied", "4", "3"]
    assert "2 of 3 expected subscriptions read" in plain
    assert "report.pdf was not made" in plain


def test_a_name_does_not_steer_a_real_terminal(terminal: tuple[int, str]) -> None:
    _, shown = terminal
    assert not [raw for raw in RAW if raw in shown]


def test_json_logs_are_wanted_on_a_terminal_too(mixed_estate: Path, tmp_path: Path) -> None:
    code, shown = line.on_terminal(
        "collect", "--estate", mixed_estate, "--out", tmp_path, "--as-of", line.AS_OF, "--log-format", "json"
    )
    assert code == 3
    assert [json.loads(text) for text in shown.splitlines() if text.startswith("{")]
    assert "━" not in shown


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_encoding_of_the_output_will_do(mixed_run: Run, encoding: str) -> None:
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "reportgen",
            "show",
            mixed_run.pack,
            "api-server-private",
            cluster_id(BETA, line.ESCAPES),
        ],
        env=os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        capture_output=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.decode(encoding).startswith("api-server-private: ")


# The sandbox


def _hear_interrupts() -> None:
    """A job that a shell started in its background is born deaf to Ctrl-C, and hands that on."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_the_sandbox_runs_until_it_is_interrupted(mixed_estate: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "reportgen", "sandbox", mixed_estate, "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=_hear_interrupts,
    ) as serving:
        try:
            assert serving.stdout is not None
            greeting = ""
            for text in serving.stdout:
                greeting += text
                if "Ctrl-C" in text:
                    break
            serving.send_signal(signal.SIGINT)
            assert serving.wait(20) == 0
        finally:
            serving.kill()
    assert "(1 unreadable)" in greeting
    assert "export AZURE_CLIENT_ID=" in greeting


def test_a_port_that_is_taken_is_an_error_of_the_user(mixed_estate: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = line.command("sandbox", mixed_estate, "--port", str(taken.getsockname()[1]))
    assert (result.code, result.out) == (2, "")
    assert "cannot listen on 127.0.0.1:" in result.err
