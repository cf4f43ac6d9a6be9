"""The Dockerfile: pinned, unprivileged, with what tools/setup.sh installs."""

from __future__ import annotations

import io
import re
import tomllib
from typing import Any

import dockerfile_parse
import pytest
from packaging.requirements import Requirement

from tests.automation import SAMPLES
from tests.line import ROOT
from tools import image_steps

FOLDER = SAMPLES / "container"
REQUIREMENTS = ("requirements.txt", "build-requirements.txt")


def structure() -> list[dict[str, Any]]:
    parser = dockerfile_parse.DockerfileParser(fileobj=io.BytesIO((FOLDER / "Dockerfile").read_bytes()))
    found: list[dict[str, Any]] = parser.structure
    return [item for item in found if item["instruction"] != "COMMENT"]


def values(instruction: str) -> list[str]:
    return [item["value"] for item in structure() if item["instruction"] == instruction]


def pinned(name: str) -> dict[str, tuple[str, int]]:
    """Version and number of hashes of each package of a file of requirements."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    found = re.findall(
        r"^([a-z0-9._-]+)==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", text, re.MULTILINE
    )
    assert len(found) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE))
    return {name: (version, hashes.count("--hash")) for name, version, hashes in found}


def test_the_base_image_is_pinned_to_a_version() -> None:
    bases = {value.split()[0] for value in values("FROM")}
    (base,) = bases
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-[a-z]+", base)


def test_nobody_runs_as_root() -> None:
    last = [item for item in structure() if item["instruction"] in ("USER", "ENTRYPOINT", "RUN")]
    assert [item["instruction"] for item in last][-2:] == ["USER", "ENTRYPOINT"]
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", values("USER")[-1])


def test_the_packages_are_those_of_the_set_up() -> None:
    (run,) = [value for value in values("RUN") if "apt-get" in value]
    named = re.search(r"install --yes --no-install-recommends ([^&]+)&&", run)
    script = (ROOT / "tools" / "setup.sh").read_text(encoding="utf-8")
    wanted = re.search(r"pango\)\n.*\n\s+\|\| apt_install (.+?) \\", script)
    assert named
    assert wanted
    assert named[1].split() == wanted[1].split()
    assert run.endswith("rm -rf /var/lib/apt/lists/*")


def test_the_pipelines_install_the_same_packages() -> None:
    (run,) = [value for value in values("RUN") if "apt-get" in value]
    named = re.findall(r"\blib\S+", run)[:3]
    for path in (SAMPLES / "github" / "evidence.yml", SAMPLES / "azure-devops" / "evidence.yml"):
        assert f"--no-install-recommends {' '.join(named)}\n" in path.read_text(encoding="utf-8")


def test_every_package_of_python_is_pinned_with_hashes() -> None:
    installs = [value for value in values("RUN") if "pip install" in value or "pip wheel" in value]
    assert len(installs) == 4
    for value in installs:
        assert "--require-hashes" in value or "--no-index" in value or "--no-build-isolation" in value
    for name in REQUIREMENTS:
        assert all(number for _, number in pinned(name).values())


def test_the_pins_are_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["cjk"]]
    for asked, name in ((wanted, REQUIREMENTS[0]), (project["build-system"]["requires"], REQUIREMENTS[1])):
        have = pinned(name)
        for text in asked:
            requirement = Requirement(text)
            assert requirement.specifier.contains(have[requirement.name.lower()][0], prereleases=True), text


def test_what_is_copied_is_there() -> None:
    copied = [value.split()[0] for value in values("COPY") if not value.startswith("--from")]
    assert copied
    assert [path for path in copied if not (ROOT / path).exists()] == []


def test_the_steps_are_those_of_the_dockerfile() -> None:
    script = image_steps.script(FOLDER / "Dockerfile")
    assert script.count("apt-get install") == 1
    assert script.count("pip install") == 3
    assert script.count("pip wheel") == 1
    assert "useradd" not in script
    assert "reportgen --version" in script
    assert "/tmp/requirements.txt" not in script  # noqa: S108 (a place in the image)


def test_a_step_that_is_not_known_is_not_left_out_silently() -> None:
    with pytest.raises(ValueError, match="curl"):
        image_steps.step("curl --fail https://example.com | sh", "here", "work")
