"""Who calls: keys with scopes, when keys are configured. Without keys all is open, and only loopback is served.

Scopes: `user:ID` one person's own feed, memory, events and data; `shop` feeds, commands, events and items of
everybody; `admin` all of that, and export, erasure, merging, traces and metrics of everybody.

INTENTLY_KEYS holds entries separated by blanks or line breaks, each `SCOPE=SECRET`; INTENTLY_KEYS_FILE names a file of
such lines (`#` starts a comment). An id in a scope is percent-encoded (`user:ann%20b`). A secret has at least 16
characters, or is `sha256:` and the hex digest of one. Only digests are kept in memory.
"""

import hashlib
import hmac
import ipaddress
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from intently.config import Config
from intently.errors import DataError, Refused

__all__ = ["COOKIE", "Caller", "Key", "NoKey", "caller_of", "check_address", "load_keys"]

COOKIE = "intently_key"
MIN_SECRET = 16  # characters
LEVELS = {"user": 0, "shop": 1, "admin": 2}


class NoKey(Refused):
    """No key, or one that is not known."""

    status = 401


@dataclass(frozen=True, slots=True)
class Key:
    scope: str  # user, shop or admin
    user_id: str | None  # of a user key
    digest: bytes  # SHA-256 of the secret


@dataclass(frozen=True, slots=True)
class Caller:
    """What the caller may do."""

    scope: str  # user, shop or admin; admin when no keys are configured
    user_id: str | None = None

    def may_see(self, user_id: str) -> bool:
        return self.scope != "user" or self.user_id == user_id

    def need_person(self, user_id: str) -> None:
        """Raise Refused unless this person's feed is the caller's to use."""
        if not self.may_see(user_id):
            raise Refused(
                "this key is for another person's feed; use that person's key, or one of scope shop or admin."
            )

    def need_own(self, user_id: str) -> None:
        """Raise Refused unless the caller is this person or an admin: export, erasure, merging."""
        if self.scope == "shop" or not self.may_see(user_id):
            raise Refused("a person's data are exported, merged and erased with that person's key or an admin key.")

    def need(self, scope: str) -> None:
        """Raise Refused unless the caller has at least this scope."""
        if LEVELS[self.scope] < LEVELS[scope]:
            raise Refused(f"this needs a key of scope {scope}; the one given has scope {self.scope}.")


def load_keys(env: Mapping[str, str]) -> tuple[Key, ...]:
    """The configured keys; none when neither variable is set. Raises DataError that names the entry, not its secret."""
    text = env.get("INTENTLY_KEYS", "")
    path = env.get("INTENTLY_KEYS_FILE", "")
    if path:
        try:
            lines = Path(path).read_text("utf-8").splitlines()
        except OSError as error:
            raise DataError(f"INTENTLY_KEYS_FILE: {path} cannot be read ({error.strerror}); mend the path.") from error
        text += "\n" + "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    keys = tuple(_key(number, entry) for number, entry in enumerate(text.split(), 1))
    if path and not keys:
        raise DataError(f"INTENTLY_KEYS_FILE: {path} holds no key; add lines like admin=SECRET, or unset the variable.")
    return keys


def _key(number: int, entry: str) -> Key:
    place = f"key {number} of INTENTLY_KEYS"
    found = re.fullmatch(r"(admin|shop|user:([^=]+))=(.+)", entry)
    if found is None:
        raise DataError(f"{place}: write admin=SECRET, shop=SECRET or user:ID=SECRET.")
    scope, user, secret = found.groups()
    if secret.startswith("sha256:"):
        if not re.fullmatch(r"sha256:[0-9a-f]{64}", secret):
            raise DataError(f"{place}: after sha256: stand 64 lower-case hex digits.")
        return Key(scope.split(":")[0], unquote(user) if user else None, bytes.fromhex(secret[7:]))
    if len(secret) < MIN_SECRET:
        raise DataError(f"{place}: the secret has {len(secret)} characters; use at least {MIN_SECRET} random ones.")
    return Key(scope.split(":")[0], unquote(user) if user else None, _digest(secret))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def caller_of(keys: Sequence[Key], headers: Mapping[str, str], cookies: Mapping[str, str]) -> Caller:
    """The caller by `Authorization: Bearer KEY`, `X-Intently-Key`, or the page's cookie. Raises NoKey."""
    if not keys:
        return Caller("admin")
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    given = bearer.strip() if scheme.lower() == "bearer" else headers.get("x-intently-key") or cookies.get(COOKIE, "")
    digest = _digest(given)
    matching = [key for key in keys if hmac.compare_digest(key.digest, digest)]  # all are compared: equal time
    if not given or not matching:
        raise NoKey("give a known key as `Authorization: Bearer KEY` (or sign in on the page).")
    best = max(matching, key=lambda key: LEVELS[key.scope])
    return Caller(best.scope, best.user_id)


def check_address(config: Config, env: Mapping[str, str] = os.environ) -> None:
    """Raise Refused when the server would listen on a public address without any key."""
    if is_loopback(config.serve.host) or load_keys(env):
        return
    raise Refused(
        f"{config.serve.host} can be reached from outside, and no keys are configured: anybody could read and change "
        "every person's data. Set INTENTLY_KEYS (for example INTENTLY_KEYS=admin=$(openssl rand -hex 24)), "
        "or listen on 127.0.0.1."
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
