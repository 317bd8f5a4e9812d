"""One visit to the page: the store, its engine, the person, and the browser that asks."""

import re
import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request
from starlette.responses import Response

from intently.engine import Engine, check_zone
from intently.errors import BadRequest
from intently.nouns import check_id
from intently.serve.depends import CallerIs, StoresOf
from intently.serve.keys import Caller
from intently.serve.pages.view import query
from intently.serve.stores import Stores

__all__ = ["BLANK", "Visit", "VisitIs", "keep_client"]

BLANK = "You"  # the person of the demo who begins without a history
CLIENT_COOKIE = "intently_client"
ZONE_COOKIE = "intently_zone"
YEAR_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Visit:
    stores: Stores
    store: str
    user_id: str
    client: str  # of this browser: sessions are per (person, client)
    caller: Caller
    zone: str | None = None  # of this browser's clock, where it said so; else the catalogue's counts

    @property
    def engine(self) -> Engine:
        """Raises StoreError while the store is opening."""
        return self.stores.engine(self.store)

    @property
    def here(self) -> str:
        """The query string that leads back to this store and person."""
        return query(store=self.store, user=self.user_id)


def visit(
    request: Request,
    stores: StoresOf,
    by: CallerIs,
    store: Annotated[str | None, Query(max_length=64)] = None,
    user: Annotated[str | None, Query(max_length=512)] = None,
) -> Visit:
    """Whose page this is. A person's own key opens that person's page and no other."""
    user_id = user or by.user_id or BLANK
    by.need_person(user_id)
    return Visit(stores, stores.known(store), _checked(user_id), _client(request), by, _zone(request))


VisitIs = Annotated[Visit, Depends(visit)]


def _checked(user_id: str) -> str:
    try:
        return check_id(user_id)
    except ValueError as error:
        raise BadRequest(f"`user`: {error}") from error


def _client(request: Request) -> str:
    kept = request.cookies.get(CLIENT_COOKIE, "")
    return kept if re.fullmatch(r"page-[0-9a-f]{16}", kept) else "page-" + secrets.token_hex(8)


def _zone(request: Request) -> str | None:
    """The time zone that the page's script left; one that nobody knows does not count."""
    try:
        return check_zone(request.cookies[ZONE_COOKIE]).key
    except (KeyError, BadRequest):
        return None


def keep_client(response: Response, visit: Visit) -> Response:
    """Let the browser keep its client id."""
    response.set_cookie(CLIENT_COOKIE, visit.client, max_age=YEAR_SECONDS, httponly=True, samesite="strict")
    return response
