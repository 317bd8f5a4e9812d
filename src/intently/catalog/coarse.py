"""Item vectors a second time, in 8 bits: cosines of all items with several questions in a fifth of the time.

A product of 100,000 x 384 waits for memory, and numbers of 8 bits are a quarter of it; further questions cost next to
nothing. What comes back is near: how far an answer can be from the exact one is known beforehand, so it tells
which items are worth an exact look, and no more than that (docs/results/speed.md).

Each row has a scale of its own, x = scale (code - 128). Questions are cut in two numbers of 7 bits each, since
processors without VNNI add up pairs of products in 16 bits: 2 x 255 x 64 just fits. Integer product: onnxruntime's
MatMulInteger, in the graph that scripts/make_coarse_model.py writes.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import onnxruntime

__all__ = ["COARSE_FROM", "Coarse", "share_out", "thread_count"]

COARSE_FROM = 10_000  # items from which the exact product costs more than what is saved by it
MIDDLE, MOST = 128, 127  # the code of zero; the largest step from it
STEPS = 63  # of a question's number, to either side
BLOCK = 8192  # rows that are made codes of at once
PIECE = 65_536  # rows that are multiplied at once
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Coarse:
    """`codes` (n, dim) uint8, `scales` (n,) float32, both of unit rows or zeros; `residue`: the largest distance of a
    row from what its codes say."""

    codes: npt.NDArray[np.uint8]
    scales: Floats
    residue: float

    @classmethod
    def of(cls, vectors: Floats) -> "Coarse":
        """vectors: (n, dim)."""
        codes, scales = np.empty(vectors.shape, np.uint8), np.empty(len(vectors), np.float32)
        residue = 0.0
        for start in range(0, len(vectors), BLOCK):
            part = slice(start, start + BLOCK)
            codes[part], scales[part], worst = _coded(vectors[part])
            residue = max(residue, worst)
        return cls(codes, scales, residue)

    def with_rows(self, rows: Sequence[int], vectors: Floats) -> "Coarse":
        """The same with other vectors (len(rows), dim) in these rows; rows past the end make it longer."""
        length = max(len(self.codes), max(rows, default=-1) + 1)
        codes = np.full((length, self.codes.shape[1]), MIDDLE, np.uint8)
        scales = np.ones(length, np.float32)
        codes[: len(self.codes)], scales[: len(self.scales)] = self.codes, self.scales
        codes[list(rows)], scales[list(rows)], worst = _coded(vectors)
        return Coarse(codes, scales, max(self.residue, worst))

    def products(self, queries: Floats) -> tuple[Floats, Floats]:
        """queries (q, dim) -> products with all rows, (q, n), and how far each question's may be from exact, (q,)."""
        high, low, steps = _cut(queries)
        count = len(queries)
        mix = np.zeros((count, 2 * count), np.float32)
        mix[np.arange(count), np.arange(count)] = steps
        mix[np.arange(count), count + np.arange(count)] = steps / (2 * STEPS)
        questions = np.concatenate([high, low])
        asked = {
            "questions": np.ascontiguousarray(questions.T),
            "mix": mix,
            "middle": MIDDLE * (mix @ questions.sum(axis=1, dtype=np.float32))[:, np.newaxis],
        }
        found = np.empty((count, len(self.codes)), np.float32)
        session = _session()
        share_out(len(self.codes), thread_count(os.environ), partial(self._fill, found, asked, session))
        meant = steps[:, np.newaxis] * (high + low / (2 * STEPS))
        error = self.residue * np.linalg.norm(meant, axis=1) + np.linalg.norm(queries - meant, axis=1)
        return found, error.astype(np.float32)

    def _fill(
        self, found: Floats, asked: Mapping[str, npt.NDArray[np.generic]], session: onnxruntime.InferenceSession,
        first: int, end: int,
    ) -> None:  # fmt: skip
        """The columns of `found` from `first` to `end`, piece by piece: what is between codes and answer stays in the
        processor's cache."""
        for start in range(first, end, PIECE):
            part = slice(start, min(start + PIECE, end))
            own = {"codes": self.codes[part], "scales": self.scales[np.newaxis, part]}
            found[:, part] = session.run(None, {**asked, **own})[0]


def _coded(vectors: Floats) -> tuple[npt.NDArray[np.uint8], Floats, float]:
    """Codes and scales of some rows, and the largest residue."""
    highest = np.abs(vectors).max(axis=1, initial=0.0)
    scales = np.where(highest > 0, highest / MOST, 1.0).astype(np.float32)
    steps = np.rint(vectors / scales[:, np.newaxis])
    left = vectors - steps * scales[:, np.newaxis]
    worst = float(np.sqrt(np.einsum("ij,ij->i", left, left).max(initial=0.0)))
    return (steps + MIDDLE).astype(np.uint8), scales, worst


def _cut(queries: Floats) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8], Floats]:
    """Two numbers for each of a question, (q, dim) each, and the size of a step, (q,): q = step (high + low / 126)."""
    highest = np.abs(queries).max(axis=1, initial=0.0)
    steps = np.where(highest > 0, highest / STEPS, 1.0).astype(np.float32)
    scaled = queries / steps[:, np.newaxis]
    high = np.rint(scaled)
    low = np.clip(np.rint((scaled - high) * (2 * STEPS)), -STEPS, STEPS)
    return high.astype(np.int8), low.astype(np.int8), steps


@cache
def _session() -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # pieces are shared out between our own threads
    model = files("intently.catalog").joinpath("coarse.onnx").read_bytes()
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def share_out(count: int, shares: int, work: Callable[[int, int], None]) -> None:
    """Call `work(first, end)` for each of so many equal shares of `count` rows: the first in the thread that asks, the
    others beside it. For work that lets go of the interpreter, and submits none itself."""
    bounds = [count * share // shares for share in range(shares + 1)]
    others = [_workers().submit(work, first, end) for first, end in zip(bounds[1:-1], bounds[2:], strict=True)]
    work(bounds[0], bounds[1])
    for other in others:
        other.result()


@cache
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max(1, (os.cpu_count() or 1) - 1), thread_name_prefix="products")


def thread_count(env: Mapping[str, str]) -> int:
    """As many as BLAS would take: its own setting, or the cores that this process may use."""
    told = env.get("OPENBLAS_NUM_THREADS") or env.get("OMP_NUM_THREADS") or ""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(int(told), cores) if told.isdigit() else cores)
