"""Keys and scopes, and where the server will not listen."""

import hashlib
from pathlib import Path

import pytest

from intently.config import load_config
from intently.errors import DataError, Refused
from intently.serve.keys import Caller, NoKey, caller_of, check_address, load_keys

SECRET = "0123456789abcdef0123"
KEYS = load_keys({"INTENTLY_KEYS": f"admin={SECRET}A shop={SECRET}S\nuser:a%2Fb={SECRET}U"})


def bearer(secret: str) -> Caller:
    return caller_of(KEYS, {"authorization": f"Bearer {secret}"}, {})


def test_without_keys_everything_is_open() -> None:
    assert caller_of((), {}, {}) == Caller("admin")


def test_a_key_gives_its_scope() -> None:
    assert [bearer(SECRET + letter) for letter in "ASU"] == [Caller("admin"), Caller("shop"), Caller("user", "a/b")]


def test_the_page_gives_its_key_in_a_cookie() -> None:
    assert caller_of(KEYS, {}, {"intently_key": SECRET + "S"}) == Caller("shop")


@pytest.mark.parametrize("secret", ["", "wrong", SECRET, "sha256:" + hashlib.sha256(SECRET.encode()).hexdigest()])
def test_an_unknown_key_is_refused_with_401(secret: str) -> None:
    with pytest.raises(NoKey) as caught:
        bearer(secret)
    assert caught.value.status == 401


def test_a_persons_key_opens_that_persons_feed_alone() -> None:
    mine = Caller("user", "ann")
    mine.need_person("ann")
    mine.need_own("ann")
    with pytest.raises(Refused):
        mine.need_person("bob")
    with pytest.raises(Refused):
        mine.need("shop")


def test_a_shops_key_serves_everybody_but_neither_exports_nor_erases() -> None:
    Caller("shop").need_person("bob")
    with pytest.raises(Refused):
        Caller("shop").need_own("bob")
    with pytest.raises(Refused):
        Caller("shop").need("admin")


def test_keys_may_be_kept_as_digests_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"# of the shop\nshop=sha256:{hashlib.sha256(SECRET.encode()).hexdigest()}\n")
    keys = load_keys({"INTENTLY_KEYS_FILE": str(file)})
    assert caller_of(keys, {"x-intently-key": SECRET}, {}) == Caller("shop")


@pytest.mark.parametrize("text", ["admin=short", "root=0123456789abcdef", "0123456789abcdef", "admin=sha256:xyz"])
def test_a_bad_entry_is_named_by_number_and_its_secret_is_not_shown(text: str) -> None:
    with pytest.raises(DataError, match="key 1 of INTENTLY_KEYS") as caught:
        load_keys({"INTENTLY_KEYS": text})
    assert text.split("=")[-1] not in str(caught.value)


def test_a_file_of_keys_that_is_missing_or_empty_is_an_error_and_not_an_open_door(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path / "empty"):
        (tmp_path / "empty").write_text("# nothing\n")
        with pytest.raises(DataError, match="INTENTLY_KEYS_FILE"):
            load_keys({"INTENTLY_KEYS_FILE": str(path)})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "shop.example"])
def test_a_public_address_is_refused_without_keys_and_taken_with_one(host: str) -> None:
    config = load_config(env={}, serve={"host": host})
    with pytest.raises(Refused, match="INTENTLY_KEYS="):
        check_address(config, {})
    check_address(config, {"INTENTLY_KEYS": f"admin={SECRET}"})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.8", "localhost", "::1", "[::1]"])
def test_loopback_needs_no_key(host: str) -> None:
    check_address(load_config(env={}, serve={"host": host}), {})
