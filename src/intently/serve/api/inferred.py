"""How it was inferred: the trace from events to items, the calls behind it, and what the person says is not them."""

from typing import Annotated

from fastapi import APIRouter, Query

from intently.engine import CallText, Disowned, Inferred
from intently.nouns import Id
from intently.serve.api.schemas import DisownIn
from intently.serve.depends import EngineOf, OwnPerson, PathId, Person

__all__ = ["router"]

router = APIRouter(prefix="/users/{user_id}/understanding", tags=["people"])
Client = Annotated[Id, Query(description="whose feed shows where the tags lead")]


@router.get(
    "/trace", summary="How it was inferred: events, interests, personas, tags, items, calls, and what was left out"
)
def inferred(engine: EngineOf, user_id: Person, client: Client = "api") -> Inferred:
    return engine.inferred(user_id, client=client)


@router.get("/calls/{call_hash}", summary="What the model was told of the history, and what it answered")
def call_text(engine: EngineOf, user_id: OwnPerson, call_hash: PathId) -> CallText:
    return engine.call_text(user_id, call_hash)


@router.get("/disowned", summary="What this person said is not them, the newest first")
def disowned(engine: EngineOf, user_id: Person) -> tuple[Disowned, ...]:
    return engine.disowned(user_id)


@router.post("/disowned", summary="Not me: an interest, a persona or a tag goes at once and does not come back")
def disown(engine: EngineOf, user_id: Person, body: DisownIn) -> tuple[Disowned, ...]:
    return engine.disown(user_id, body.kind, body.inferred_id)


@router.delete("/disowned/{disowned_id}", summary="It is me after all")
def reclaim(engine: EngineOf, user_id: Person, disowned_id: PathId) -> tuple[Disowned, ...]:
    return engine.reclaim(user_id, disowned_id)
