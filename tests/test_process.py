"""What the command line asks of the libraries beneath numpy: real processes, and faults counted by the system."""

import os
import platform
import subprocess
import sys

import pytest

FAULTS = """
import resource, sys
if sys.argv[1] == "settled":
    from intently.process import settle
    settle()
import numpy as np
def columns():
    for _ in range(50):
        held = [np.ones(100_000, np.float32) for _ in range(20)]
columns()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
columns()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


SET = ("MALLOC_", "OPENBLAS_", "GLIBC_")


def run(code: str, *arguments: str, **env: str) -> str:
    told = {name: value for name, value in os.environ.items() if not name.startswith(SET)}
    done = subprocess.run([sys.executable, "-c", code, *arguments], env={**told, **env}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc alone has mallopt")
def test_columns_of_a_large_catalogue_are_made_of_memory_that_the_process_kept():
    assert int(run(FAULTS, "settled")) < 20 < 50 < int(run(FAULTS, "as it is"))  # pages may be large ones


def test_what_the_environment_sets_stays():
    code = "import os; from intently.process import settle; settle(); print(os.environ['OPENBLAS_THREAD_TIMEOUT'])"
    assert run(code) == "4"
    assert run(code, OPENBLAS_THREAD_TIMEOUT="9") == "9"


def test_the_command_line_settles_before_numpy_is_there():
    code = (
        "import sys, intently.process as p; p.settle = lambda: print('numpy' in sys.modules); import intently.__main__"
    )
    assert run(code) == "False"
