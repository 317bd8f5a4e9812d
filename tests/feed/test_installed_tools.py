"""An installed package whose tool cannot be used is named with its mend before anybody asks for a feed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from intently.config import load_config
from intently.engine import Engine
from intently.errors import ContractBroken
from intently.feed.tools import TOOLS, all_tools

GOOD = """
class Tool:
    name = "NAME"
    stage = "score"

    def wanted(self, world, request): return None
    def measure(self, scene, pool): return {}
    def apply(self, pool, arguments): return pool

TOOL = Tool()
"""
Install = Callable[[str, str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """A function: put a package with this module beside intently, under this name of its entry point."""

    def installed(name: str, module: str) -> None:
        (tmp_path / f"their_{name}.py").write_text(module, "utf-8")
        info = tmp_path / f"their_{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: their-{name}\nVersion: 1.0\n", "utf-8")
        (info / "entry_points.txt").write_text(f"[intently.tools]\n{name} = their_{name}:TOOL\n", "utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        all_tools.cache_clear()

    yield installed
    monkeypatch.undo()
    all_tools.cache_clear()


def test_a_tool_that_keeps_to_the_contract_is_found(install: Install) -> None:
    install("nice", GOOD.replace("NAME", "nice"))
    assert set(all_tools()) == {*TOOLS, "nice"}


@pytest.mark.parametrize(
    ("name", "module", "said"),
    [
        ("gone", "import no_such_module_of_theirs", "cannot be loaded.*no_such_module_of_theirs"),
        ("bare", "NOTHING = 1", "cannot be loaded.*TOOL"),
        ("typed", GOOD.replace("NAME", "typed").replace("TOOL = Tool()", "TOOL = Tool"), "is a class"),
        ("less", "class Tool: name, stage = 'less', 'score'\nTOOL = Tool()", "has no wanted, measure, apply"),
        ("named", GOOD.replace("NAME", "other"), "calls itself 'other'"),
        ("match", GOOD.replace("NAME", "match"), "none of intently's own"),
        ("joins", GOOD.replace("NAME", "joins").replace("score", "combine"), "its stage is 'combine'"),
    ],
)
def test_a_tool_that_cannot_be_used_is_named_with_its_package_and_the_mend(
    install: Install, name: str, module: str, said: str
) -> None:
    install(name, module)
    with pytest.raises(ContractBroken, match=f"the tool '{name}' of their-{name} .*{said}.*docs/tools.md"):
        all_tools()


def test_a_store_does_not_open_with_one(install: Install, tmp_path: Path) -> None:
    install("gone", "import no_such_module_of_theirs")
    with pytest.raises(ContractBroken, match="their-gone"):
        Engine("films", config=load_config(env={}, home=tmp_path / "home"), model=False)
    assert not (tmp_path / "home").exists()
