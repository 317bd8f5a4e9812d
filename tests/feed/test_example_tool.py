"""The example of a third party's tool, installed beside intently and run in a process of its own."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "no_sequels"
RUN = """
import json
from intently.feed.plan import make_plan
from intently.feed.request import recommend
from intently.feed.tools import all_tools
from intently.testing import check_tool, plain_cases

case = plain_cases()[0]
slate = recommend(case.world, case.request)
print(json.dumps({
    "cases": check_tool(all_tools()["no_sequels"]),
    "plan": [step.tool for step in make_plan(case.world, case.request).steps],
    "parts": sorted({name for item in slate.slate.items for name in item.parts}),
}))
"""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """What `pip install` leaves: the module, and the entry points of its pyproject.toml beside its metadata."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))["project"]
    (tmp_path / "no_sequels.py").write_bytes((EXAMPLE / "no_sequels.py").read_bytes())
    info = tmp_path / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n", "utf-8"
    )
    points = project["entry-points"]["intently.tools"]
    lines = ["[intently.tools]", *(f"{name} = {target}" for name, target in points.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return tmp_path


def run(code: str, *more: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([*map(str, more), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_installed_tool_is_found_by_its_entry_point_keeps_the_contract_and_takes_its_place(installed: Path):
    done = run(RUN, installed)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["cases"] == 3  # in the other three the person likes sequels: every title there ends with a number
    assert said["plan"] == ["match", "no_sequels", "aggregate", "diversify"]
    assert "no_sequels" in said["parts"]


def test_without_it_nothing_of_it_is_there():
    done = run(RUN)
    assert done.returncode != 0
    assert "KeyError: 'no_sequels'" in done.stderr


def test_the_examples_own_tests_pass(installed: Path):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", str(EXAMPLE / "tests")],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(installed), os.environ.get("PYTHONPATH", "")])},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
