"""What says clearly that training needs an extra, where the extra is not installed."""

import subprocess
import sys

from tests.learn.worlds import STORE, ring_store

WITHOUT = """
import sys
from importlib.machinery import PathFinder

class NoTorch(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] == "torch" else super().find_spec(name, path, target)

sys.meta_path[:] = [NoTorch if finder is PathFinder else finder for finder in sys.meta_path]
from intently.cli import main
sys.argv = ["intently", "learn", "--store", sys.argv[1], "--home", sys.argv[2]]
main()
"""


def test_without_torch_the_error_names_the_extra(tmp_path):
    config = ring_store(tmp_path)
    command = [sys.executable, "-c", WITHOUT, STORE, str(config.home)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 2
    assert "pip install 'intently[train]'" in done.stderr
    assert "Traceback" not in done.stderr
