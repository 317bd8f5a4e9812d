"""What routes ask for: the store's engine, the caller, and ids from the path.

None of it waits, so all is `async`: FastAPI hands each plain function to a thread, five times a request.
"""

from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Header, Path, Query, Request
from pydantic import AfterValidator, BeforeValidator, Field

from intently.engine import Engine
from intently.nouns import check_id
from intently.serve.keys import Caller, caller_of
from intently.serve.stores import Stores

__all__ = ["CallerIs", "EngineOf", "OwnPerson", "PathId", "Person", "StoresOf"]

# The guard has escaped %2F and %25 once more, so that an id stays one segment of the path: here it becomes itself.
PathId = Annotated[
    str, BeforeValidator(unquote), AfterValidator(check_id), Path(min_length=1, json_schema_extra={"maxLength": 128})
]
StoreName = Annotated[str | None, Field(max_length=64, description="the store; the first one when left out")]


async def stores_of(request: Request) -> Stores:
    stores: Stores = request.app.state.stores
    return stores


StoresOf = Annotated[Stores, Depends(stores_of)]


async def engine_of(
    stores: StoresOf,
    store: Annotated[StoreName, Query()] = None,
    x_intently_store: Annotated[StoreName, Header()] = None,
) -> Engine:
    """The engine of `?store=`, else of the header, else the first. NotFound, or StoreError while it is opening."""
    return stores.engine(store or x_intently_store)


EngineOf = Annotated[Engine, Depends(engine_of)]


async def caller(request: Request) -> Caller:
    return caller_of(request.app.state.keys, request.headers, request.cookies)


CallerIs = Annotated[Caller, Depends(caller)]


async def person(user_id: PathId, by: CallerIs) -> str:
    """The person of the path, when the caller may use that person's feed."""
    by.need_person(user_id)
    return user_id


async def own_person(user_id: PathId, by: CallerIs) -> str:
    """The person of the path, when the caller is that person or an admin."""
    by.need_own(user_id)
    return user_id


Person = Annotated[str, Depends(person)]
OwnPerson = Annotated[str, Depends(own_person)]
