"""Vectors of texts, kept by text and encoder, so that no text is encoded twice.

One folder an encoder digest; each `put` writes one new file under a temporary name and renames it, so a crash loses at
most what was not yet written. Half precision: its error in a cosine is below 0.001. A demo pack ships its own
vectors in one read-only file of the same content (`vectors.npz`).
"""

import hashlib
import os
import threading
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from intently.errors import DataError

__all__ = ["VectorCache", "read_shipped", "text_key", "write_shipped"]

Vectors = npt.NDArray[np.float32]
FORMAT = "intently.vectors"
VERSION = 1
KEY_BYTES = 16  # of the SHA-256 of the text
FILES = 64  # more are joined into one when the cache is opened


def text_key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:KEY_BYTES]


class VectorCache:
    """Safe from several threads, and from several processes on one folder."""

    def __init__(self, folder: Path, digest: str, dim: int, shipped: Path | None = None) -> None:
        """`folder`: of all encoders' vectors; `digest`, `dim`: of this encoder; `shipped`: a pack's vectors.npz, used
        only when it is of the same encoder."""
        self.digest = digest
        self.dim = dim
        self._folder = folder / digest[:32]
        self._lock = threading.Lock()
        self._record = np.dtype([("key", f"V{KEY_BYTES}"), ("vector", "<f2", (dim,))])
        self._rows: dict[bytes, tuple[npt.NDArray[np.float16], int]] = {}
        self._read: set[str] = set()
        if shipped is not None and shipped.is_file():
            self._take_shipped(shipped)
        self._join_files()
        self._take_new()

    def get(self, texts: Sequence[str]) -> tuple[Vectors, npt.NDArray[np.bool_]]:
        """(texts, dim) unit rows, zero where unknown, and (texts,) which are known."""
        keys = [text_key(text) for text in texts]
        vectors = np.zeros((len(texts), self.dim), np.float32)
        found = np.zeros(len(texts), np.bool_)
        with self._lock:
            if any(key not in self._rows for key in keys):
                self._take_new()
            for row, key in enumerate(keys):
                place = self._rows.get(key)
                if place is not None:
                    vectors[row] = place[0][place[1]]
                    found[row] = True
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.divide(vectors, lengths, out=vectors, where=lengths > 0), found

    def put(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Keep the vectors of texts; `vectors`: (texts, dim)."""
        if not texts:
            return
        records = np.zeros(len(texts), self._record)
        records["key"] = np.frombuffer(b"".join(map(text_key, texts)), f"V{KEY_BYTES}")
        records["vector"] = vectors.astype(np.float16)
        with self._lock:
            name = self._write(records)
            self._take(name, records)

    def __len__(self) -> int:
        return len(self._rows)

    # ---------------------------------------------------------------------------------------------------------- files
    def _write(self, records: "npt.NDArray[np.void]") -> str:
        self._folder.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(records["key"].tobytes()).hexdigest()[:32] + ".npy"
        partial = self._folder / f".{name}.{os.getpid()}.{threading.get_ident()}"
        with partial.open("wb") as file:
            np.save(file, records)
        partial.replace(self._folder / name)
        return name

    def _take_new(self) -> None:
        """Read the files that other threads or processes have added."""
        if self._folder.is_dir():
            for name in sorted(entry.name for entry in os.scandir(self._folder) if entry.name.endswith(".npy")):
                if name not in self._read:
                    self._take(name, self._load(name))

    def _load(self, name: str) -> "npt.NDArray[np.void]":
        try:
            records = np.load(self._folder / name, mmap_mode="r", allow_pickle=False)
        except FileNotFoundError:  # joined into another file by another process
            return np.zeros(0, self._record)
        except (OSError, ValueError) as error:
            raise DataError(
                f"{self._folder / name}: is no vector file ({error}). Delete it; it is made anew."
            ) from error
        if records.dtype != self._record:
            raise DataError(f"{self._folder / name}: holds other vectors than of {self.dim} numbers. Delete it.")
        return np.asarray(records)

    def _take(self, name: str, records: "npt.NDArray[np.void]") -> None:
        self._read.add(name)
        vectors = records["vector"]
        for row, key in enumerate(records["key"].tolist()):
            self._rows[key] = (vectors, row)

    def _join_files(self) -> None:
        """One file instead of many, which a catalogue encoded in small slices leaves behind."""
        names = [path.name for path in self._folder.glob("*.npy")] if self._folder.is_dir() else []
        if len(names) <= FILES:
            return
        joined = np.concatenate([self._load(name) for name in sorted(names)])
        _, first = np.unique(_keys_of(joined), return_index=True)
        kept = self._write(joined[np.sort(first)])
        for name in names:
            if name != kept:
                (self._folder / name).unlink(missing_ok=True)

    def _take_shipped(self, path: Path) -> None:
        digest, keys, vectors = read_shipped(path)
        if digest == self.digest and vectors.shape[1] == self.dim:
            for row, key in enumerate(keys):
                self._rows[key] = (vectors, row)


def _keys_of(records: "npt.NDArray[np.void]") -> npt.NDArray[np.int64]:
    """A number for each key, equal for equal keys."""
    numbers: dict[bytes, int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in records["key"].tolist()], np.int64)


def write_shipped(path: Path, digest: str, vectors: Mapping[str, Vectors]) -> None:
    """Write a pack's vectors of texts, in half precision and in the order of the keys, under a temporary name first."""
    by_key = {text_key(text): vector for text, vector in vectors.items()}
    keys = sorted(by_key)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with partial.open("wb") as file:
        np.savez_compressed(
            file,
            format=np.array(FORMAT),
            version=np.array(VERSION),
            digest=np.array(digest),
            keys=np.frombuffer(b"".join(keys), np.uint8).reshape(-1, KEY_BYTES),
            vectors=np.array([by_key[key] for key in keys], np.float16),
        )
    partial.replace(path)


def read_shipped(path: Path) -> tuple[str, list[bytes], npt.NDArray[np.float16]]:
    """Digest of the encoder, keys of the texts, and (texts, dim) vectors. Raises DataError when it is no such file."""
    try:
        with np.load(path, allow_pickle=False) as file:
            if str(file["format"]) != FORMAT or int(file["version"]) > VERSION:
                raise DataError(f"{path}: written by a newer version of intently. Update intently, or delete the file.")
            keys, vectors = file["keys"], file["vectors"]
            return str(file["digest"]), [key.tobytes() for key in keys], vectors
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: is no file of vectors ({error}). Delete it; vectors are made anew.") from error
