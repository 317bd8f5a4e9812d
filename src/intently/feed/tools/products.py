"""Products of a few hundred rows, in pieces that OpenBLAS computes in the calling thread.

Above 262,144 multiplications it wakes its threads, which pays for a whole catalogue and not for 50 x 384 x 50: on a
busy machine the Diversifier took 13 to 39 ms with such a product, and 0.9 ms without (docs/results/speed.md).
"""

import numpy as np

from intently.retrieve.request import Floats

__all__ = ["small_product"]

MOST_ALONE = 262_144  # multiplications; SMP_THRESHOLD_MIN * GEMM_MULTITHREAD_THRESHOLD of OpenBLAS


def small_product(left: Floats, right: Floats) -> Floats:
    """(m, d) @ (q, d).T -> (m, q)."""
    wide = right if len(right) > 1 else np.concatenate([right, right])  # one column would be a gemv: other thresholds
    rows = max(1, MOST_ALONE // max(1, wide.size))
    turned = np.ascontiguousarray(wide.T)
    out = np.empty((len(left), len(wide)), np.float32)
    for first in range(0, len(left), rows):
        np.matmul(left[first : first + rows], turned, out=out[first : first + rows])
    return out[:, : len(right)]
