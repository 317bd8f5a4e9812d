import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.catalog.vectors import FILES, VectorCache, read_shipped, write_shipped
from intently.errors import DataError

DIM = 8


def unit(seed: int, rows: int = 1) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(rows, DIM)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def open_cache(folder: Path, digest: str = "d" * 64, shipped: Path | None = None) -> VectorCache:
    return VectorCache(folder, digest, DIM, shipped)


def test_what_was_put_is_got_after_a_new_start_and_nothing_else(tmp_path: Path) -> None:
    vectors = unit(1, 2)
    open_cache(tmp_path).put(["a", "b"], vectors)
    got, found = open_cache(tmp_path).get(["b", "unknown", "a"])
    assert found.tolist() == [True, False, True]
    assert np.abs(got[[2, 0]] - vectors).max() < 1e-3
    assert np.allclose(np.linalg.norm(got[[0, 2]], axis=1), 1, atol=1e-6)
    assert not got[1].any()


def test_vectors_of_another_encoder_are_not_seen(tmp_path: Path) -> None:
    open_cache(tmp_path).put(["a"], unit(1))
    assert not open_cache(tmp_path, "e" * 64).get(["a"])[1].any()


def test_two_processes_on_one_folder_see_each_others_vectors(tmp_path: Path) -> None:
    first, second = open_cache(tmp_path), open_cache(tmp_path)
    first.put(["a"], unit(1))
    assert second.get(["a"])[1].all()
    second.put(["b"], unit(2))
    assert first.get(["a", "b"])[1].all()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.text(max_size=6), max_size=5), max_size=6))
def test_a_cache_holds_exactly_the_texts_that_were_put(puts: list[list[str]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        cache = open_cache(Path(folder))
        for texts in puts:
            cache.put(texts, unit(0, len(texts)))
        known = {text for texts in puts for text in texts}
        asked = sorted(known | {"never put"})
        assert dict(zip(asked, cache.get(asked)[1].tolist(), strict=True)) == {t: t in known for t in asked}
        assert open_cache(Path(folder)).get(asked)[1].tolist() == cache.get(asked)[1].tolist()


def test_many_small_files_become_one_at_the_next_start(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    for n in range(FILES + 1):
        cache.put([f"text {n}", "shared"], unit(n, 2))
    opened = open_cache(tmp_path)
    assert len(list(tmp_path.rglob("*.npy"))) == 1
    assert opened.get([f"text {n}" for n in range(FILES + 1)])[1].all()
    assert cache.get(["text 0", "shared"])[1].all()


def test_a_file_left_half_written_by_a_crash_is_not_read(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    cache.put(["a"], unit(1))
    whole = next(tmp_path.rglob("*.npy"))
    (whole.parent / f".{whole.name}.1.1").write_bytes(whole.read_bytes()[:20])
    assert open_cache(tmp_path).get(["a"])[1].all()


def test_a_damaged_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    open_cache(tmp_path).put(["a"], unit(1))
    next(tmp_path.rglob("*.npy")).write_bytes(b"damaged")
    with pytest.raises(DataError, match=r"\.npy: is no vector file.*Delete it"):
        open_cache(tmp_path)


def test_threads_may_put_and_get_at_once(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    failures: list[BaseException] = []

    def work(n: int) -> None:
        try:
            for k in range(10):
                cache.put([f"{n} {k}"], unit(n))
                assert cache.get([f"{n} {k}"])[1].all()
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert cache.get([f"{n} {k}" for n in range(4) for k in range(10)])[1].all()


def test_shipped_vectors_are_used_when_they_are_of_the_same_encoder(tmp_path: Path) -> None:
    shipped = tmp_path / "vectors.npz"
    vectors = unit(3, 2)
    write_shipped(shipped, "d" * 64, {"a": vectors[0], "b": vectors[1]})
    got, found = open_cache(tmp_path / "cache", shipped=shipped).get(["b", "a"])
    assert found.all()
    assert np.abs(got - vectors[::-1]).max() < 1e-3
    assert not open_cache(tmp_path / "cache", "e" * 64, shipped).get(["a"])[1].any()
    assert not (tmp_path / "cache").exists()


def test_the_same_vectors_make_the_same_shipped_file(tmp_path: Path) -> None:
    vectors = unit(3, 2)
    write_shipped(tmp_path / "1.npz", "d", {"a": vectors[0], "b": vectors[1]})
    write_shipped(tmp_path / "2.npz", "d", {"b": vectors[1], "a": vectors[0]})
    digest, keys, read = read_shipped(tmp_path / "1.npz")
    assert digest == "d"
    assert keys == sorted(keys)
    assert read.dtype == np.float16
    assert (tmp_path / "1.npz").read_bytes() == (tmp_path / "2.npz").read_bytes()


def test_a_shipped_file_that_is_none_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "vectors.npz").write_bytes(b"PK no zip")
    with pytest.raises(DataError, match=r"vectors\.npz: is no file of vectors"):
        read_shipped(tmp_path / "vectors.npz")
