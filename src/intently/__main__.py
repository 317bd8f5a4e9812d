"""The command line, `intently` or `python -m intently`."""

import os

# Before numpy is imported: after a product BLAS's threads wait for the next one in a loop, on cores that others need.
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")

from intently.cli import main  # noqa: E402

__all__ = ["main"]

if __name__ == "__main__":
    main()
