"""What holds for the whole project: public names, documents that are made from the program, no leaks."""

import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import intently

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(intently.__path__, "intently.")
    if not module.name.endswith("__main__") and ".migrations." not in module.name
)


def imported(name: str) -> ModuleType:
    """A module; one that trains is skipped where torch, which is an extra, is not installed."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if name.startswith("intently.learn.") and error.name == "torch":
            pytest.skip("torch is not installed: pip install 'intently[train]'")
        raise


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_is_listed_once_and_exists(name: str) -> None:
    module = imported(name)
    listed = getattr(module, "__all__", [])
    assert len(set(listed)) == len(listed)
    assert all(hasattr(module, public) for public in listed)


def test_the_page_of_the_command_line_is_what_the_program_says() -> None:
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        page = importlib.import_module("make_cli_docs").page()
    finally:
        sys.path.pop(0)
    assert (ROOT / "docs" / "cli.md").read_text("utf-8") == page, "run: python scripts/make_cli_docs.py"


def test_serving_a_feed_imports_no_trainer_no_table_library_and_no_statistics() -> None:
    heavy = "torch transformers ray polars pandas scipy.stats scipy.optimize"
    code = (
        "import sys, intently.engine, intently.serve\n"
        f"print([name for name in '{heavy}'.split() if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_links_between_documents_lead_somewhere() -> None:
    import re

    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text("utf-8")):
            if not target.startswith(("http", "mailto:")):
                assert (page.parent / target).exists(), f"{page.name} links to {target}"
