"""`reportgen sample`: the items drawn or named, and a sheet for each with all that it rests on."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pdfplumber
import pytest

from reportgen import sampling
from reportgen.audit import sample as named_sample
from reportgen.audit import sheets
from reportgen.audit.population import Item, Population
from reportgen.render.interface import PdfUnavailable
from tests import line
from tests.conftest import Run
from tests.sandbox.conftest import BETA

PRIVATE = "api-server-private"


def sample(pack: Path, *arguments: str | Path, control: str = PRIVATE) -> line.Result:
    return line.command("sample", pack, "--control", control, *arguments)


@pytest.fixture
def html_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the slow part, for tests of something else."""
    monkeypatch.setattr(sheets, "pdf", lambda sample: b"%PDF")


def numbers(result: line.Result) -> tuple[int, ...]:
    found = re.search(r"numbers: ([\d ]+)", result.out)
    assert found, result.err
    return tuple(map(int, found[1].split()))


@pytest.mark.usefixtures("html_only")
def test_without_a_seed_the_population_s_hash_draws(mixed_run: Run, tmp_path: Path) -> None:
    result = sample(mixed_run.pack, "--n", "3", "--out", tmp_path)
    digest = re.search(r"SHA-256 of the population: (\w{64})", result.out)
    assert (result.code, result.err) == (0, "")
    assert digest
    assert numbers(result) == sampling.draw(4, 3, digest[1])
    assert sample(mixed_run.zip, "--n", "3", "--seed", digest[1], "--out", tmp_path).out == result.out


@pytest.mark.usefixtures("html_only")
def test_a_seed_of_the_auditor_s_draws_others(mixed_run: Run, tmp_path: Path) -> None:
    drawn = {
        numbers(sample(mixed_run.pack, "--n", "2", "--seed", f"s{n}", "--out", tmp_path)) for n in range(9)
    }
    assert len(drawn) > 3


@pytest.mark.usefixtures("html_only")
def test_more_than_there_are_is_all_of_them(mixed_run: Run, tmp_path: Path) -> None:
    result = sample(mixed_run.pack, "--n", "25", "--out", tmp_path)
    assert sorted(numbers(result)) == [1, 2, 3, 4]
    assert "4 of 4" in result.out


@pytest.mark.usefixtures("html_only")
def test_named_items_come_in_the_order_given(mixed_run: Run, tmp_path: Path) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text("\ufeff3, 1 # the weak one\r\n\n2;3\n", encoding="utf-8")
    result = sample(mixed_run.pack, "--ids", ids, "--out", tmp_path)
    assert numbers(result) == (3, 1, 2)
    assert "seed" not in result.out


@pytest.mark.usefixtures("html_only")
def test_items_are_named_by_id_as_well(mixed_run: Run, tmp_path: Path) -> None:
    listed = json.loads(line.command("population", mixed_run.pack, "--control", PRIVATE, "--json").out)
    ids = [item["subject_id"] for item in listed["items"]]
    named = f"{ids[3]}  # from the workbook\n2\n{json.dumps(ids[0])}\n{ids[2].upper()}\n{ids[1]}\n"
    (tmp_path / "ids.txt").write_text(named, encoding="utf-8")
    result = sample(mixed_run.pack, "--ids", tmp_path / "ids.txt", "--out", tmp_path)
    assert numbers(result) == (4, 2, 1, 3)


@pytest.mark.parametrize(("text", "chosen"), [
    ("a b", (3,)), ("a b # why", (3,)), ("A", (1,)), ("a", (2,)), ("C#d", (4,)), ("2 A", (2, 1)),
    ('"a b"', (3,)),
])  # fmt: skip
def test_ids_with_blanks_marks_and_of_one_spelling_but_case(
    monkeypatch: pytest.MonkeyPatch, text: str, chosen: tuple[int, ...]
) -> None:
    items = tuple(
        Item(number, {"subject": {"id": name}}, "")
        for number, name in enumerate(("A", "a", "a b", "c#d"), start=1)
    )
    taken: list[tuple[int, ...]] = []
    monkeypatch.setattr(
        named_sample, "_sample", lambda pack, population, numbers, seed: taken.append(tuple(numbers))
    )
    named_sample.named(Path(), Population({"control": "c"}, {}, items, ""), text)
    assert taken == [chosen]


@pytest.mark.parametrize(("text", "problem"), [
    ("1\n5\n0\nx", "whose numbers are 1 to 4, and no id of a subject in it: 5, 0, x"),
    ("/subscriptions/none/of/them\x1b[2J", "no id of a subject in it: /subscriptions/none/of/them"),
    ("# none\n", "no number or id of an item was given"),
])  # fmt: skip
def test_numbers_and_ids_that_the_population_has_not(
    mixed_run: Run, tmp_path: Path, text: str, problem: str
) -> None:
    (tmp_path / "ids.txt").write_text(text, encoding="utf-8")
    result = sample(mixed_run.pack, "--ids", tmp_path / "ids.txt", "--out", tmp_path / "out")
    assert result.code == 2
    assert problem in result.err
    assert "\x1b" not in result.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("arguments", "problem"), [
    ((), "Give either --n"),
    (("--n", "2", "--ids", "{ids}"), "Give either --n"),
    (("--ids", "{ids}", "--seed", "x"), "--seed goes with --n"),
])  # fmt: skip
def test_either_drawn_or_named(
    mixed_run: Run, tmp_path: Path, arguments: tuple[str, ...], problem: str
) -> None:
    (tmp_path / "ids.txt").write_text("1", encoding="utf-8")
    result = sample(mixed_run.pack, *(part.format(ids=tmp_path / "ids.txt") for part in arguments))
    assert result.code == 2
    assert problem in result.err


def test_nothing_is_drawn_from_an_empty_population(mixed_run: Run, tmp_path: Path) -> None:
    findings = json.loads((mixed_run.pack / "results" / "findings.json").read_bytes())["findings"]
    empty = next(found["control"] for found in findings if not found["population"])
    result = sample(mixed_run.pack, "--n", "1", "--out", tmp_path, control=empty)
    assert result.code == 2
    assert "the population is empty" in result.err


@pytest.fixture(scope="module")
def drawn(mixed_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All four clusters, hostile names among them, as HTML and as PDF."""
    out = tmp_path_factory.mktemp("sample")
    result = sample(mixed_run.pack, "--n", "4", "--seed", "<i>2026-Q4</i>", "--out", out)
    assert (result.code, result.err) == (0, "")
    return out


def test_each_item_has_its_sheet_with_all_about_it(mixed_run: Run, drawn: Path) -> None:
    text = (drawn / "sample.html").read_text(encoding="utf-8")
    page = f"evidence/20261115T060000Z/arm.managed-clusters/{BETA}/page-0001.json"
    sheets_of = re.split(r'<section class="item"', text)[1:]
    assert len(sheets_of) == 4
    weak = next(part for part in sheets_of if "aks-weak</bdi></h1>" in re.sub("<wbr>", "", part))
    plain = re.sub(r"<[^>]+>", "", weak)
    assert hashlib.sha256((mixed_run.pack / page).read_bytes()).hexdigest() in plain
    assert f"{page}#/value/" in plain
    assert "Not satisfied" in plain
    assert "az rest --method get --url" in plain
    assert "az account set --subscription" in plain
    assert "Initials, date" in plain
    assert '"hush-hush"' not in text


def test_the_excerpt_is_what_is_stored(mixed_run: Run, drawn: Path) -> None:
    text = (drawn / "sample.html").read_text(encoding="utf-8")
    shown = re.findall(r'<pre class="value">(.*?)</pre>', text, re.DOTALL)
    assert len(shown) == 4
    assert "&#34;name&#34;: &#34;aks-weak&#34;" in "".join(shown)


def test_the_pdf_has_a_page_an_item_and_shows_names_as_text(drawn: Path) -> None:
    with pdfplumber.open(drawn / "sample.pdf") as pdf:
        pages = [page.extract_text() for page in pdf.pages]
        fonts = {char["fontname"].split("+")[-1].split("-")[0] for page in pdf.pages for char in page.chars}
    assert len(pages) == 5
    assert "ESTATE FOLDER: NOT COLLECTED FROM AZURE" in pages[0]
    assert "Sample of 4 items out of 4" in pages[0]
    assert "Seed <i>2026-Q4</i>" in pages[0]
    assert sorted(int(re.search(r"Number (\d+):", page)[1]) for page in pages[1:]) == [1, 2, 3, 4]  # type: ignore[index]
    assert "\\u{001B}[2J" in "".join(pages)
    assert fonts == {"Reportgen"}
    for name in ("1", "2", "3", "4"):
        row = re.search(rf"^{name} (\d) .* (\d)$", pages[0], re.MULTILINE)
        assert row
        assert f"Number {row[1]}:" in pages[int(row[2]) - 1]


def test_the_html_allows_its_own_styles_and_nothing_else(drawn: Path) -> None:
    text = (drawn / "sample.html").read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    assert policy[1].startswith("default-src 'none'; style-src 'sha256-")
    assert policy[1].count("'sha256-") == text.count("<style>") == 2
    assert "<script" not in text
    assert "<i>2026" not in text


def test_the_same_sample_is_the_same_bytes(mixed_run: Run, drawn: Path, tmp_path: Path) -> None:
    sample(mixed_run.zip, "--n", "4", "--seed", "<i>2026-Q4</i>", "--out", tmp_path)
    for name in ("sample.html", "sample.pdf"):
        assert (tmp_path / name).read_bytes() == (drawn / name).read_bytes()


def test_without_the_pdf_s_libraries_the_html_is_there(
    mixed_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(sample: object) -> bytes:
        raise PdfUnavailable("a library is missing", "Install it")

    monkeypatch.setattr(sheets, "pdf", lacking)
    result = sample(mixed_run.pack, "--n", "1", "--out", tmp_path)
    assert result.code == 2
    assert "sample.pdf was not made: a library is missing. Install it" in result.err
    assert (tmp_path / "sample.html").is_file()
    assert not (tmp_path / "sample.pdf").exists()


def test_names_go_into_commands_only_where_a_shell_takes_them_as_they_are(drawn: Path) -> None:
    text = re.sub(r"<[^>]+>", "", (drawn / "sample.html").read_text(encoding="utf-8"))
    commands = re.findall(r"az aks show -g \S+ -n \S+", text)
    assert len(commands) == 4
    assert sum("&lt;cluster&gt;" in command for command in commands) == 2


def test_a_sheet_says_nothing_of_other_controls(drawn: Path) -> None:
    text = (drawn / "sample.html").read_text(encoding="utf-8")
    assert json.dumps(PRIVATE).strip('"') in text
    assert "nodes-no-public-ip" not in text
