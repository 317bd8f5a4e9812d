"""What a process that computes feeds wants of the libraries beneath numpy. Called before numpy is imported.

BLAS's threads wait for their next product in a loop, on cores that others need: they may do so for a short while alone.
And the C library gives large arrays back to the system when they are freed, and asks for them anew a moment later: a
request for 100,000 items makes dozens of columns of 400 KB, each of which costs a fault for every page. It is told to
keep some (docs/results/speed.md).
"""

import ctypes
import os
import platform

__all__ = ["settle"]

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # names of glibc's mallopt
KEPT = 64 * 2**20  # bytes of freed memory that stay with the process
LARGE = 32 * 2**20  # bytes from which an array is of the system's: what vectors of a whole catalogue take


def settle() -> None:
    """Set what the environment does not set already. Elsewhere than on glibc memory stays as it is."""
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")
    told = any(name.startswith("MALLOC_") for name in os.environ) or "GLIBC_TUNABLES" in os.environ
    if platform.libc_ver()[0] == "glibc" and not told:
        libc = ctypes.CDLL(None)
        libc.mallopt(MMAP_THRESHOLD, LARGE)
        libc.mallopt(TRIM_THRESHOLD, KEPT)
