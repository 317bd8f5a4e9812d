"""People: what the model thinks they like, merging, and their rights: export and erasure."""

from typing import Any

from fastapi import APIRouter, Request

from intently.journal import UnderstandingRow
from intently.serve.api.schemas import CountsBody, MergeIn, UnderstandingBody
from intently.serve.depends import CallerIs, EngineOf, OwnPerson, Person

__all__ = ["router"]

router = APIRouter(prefix="/users/{user_id}", tags=["people"])


@router.get("/understanding", summary="Interests and tags, as far as they are known")
def understanding(engine: EngineOf, user_id: Person) -> UnderstandingBody:
    return _body(engine.understanding(user_id))


@router.post("/understanding", status_code=202, summary="Ask for interests and tags; they are made in the background")
def start_understanding(engine: EngineOf, user_id: Person) -> UnderstandingBody:
    engine.start_understanding(user_id)
    return _body(engine.understanding(user_id))


@router.post("/merge", summary="Make an anonymous person's events and memory those of this person")
def merge(engine: EngineOf, user_id: OwnPerson, by: CallerIs, body: MergeIn) -> CountsBody:
    if by.scope == "user":
        by.need("admin")  # a person's key says nothing about the source
    return CountsBody(counts=engine.merge(body.source, user_id))


@router.get("/export", summary="Everything that is kept about a person")
def export(engine: EngineOf, user_id: OwnPerson) -> dict[str, Any]:
    return dict(engine.export(user_id))


@router.delete("", summary="Delete everything that is kept about a person")
def erase(request: Request, engine: EngineOf, user_id: OwnPerson) -> CountsBody:
    erased = engine.erase(user_id)
    request.app.state.screens.forget(engine.store.name, user_id)
    return CountsBody(counts=erased.counts, forgets=erased.forgets)


def _body(row: UnderstandingRow | None) -> UnderstandingBody:
    if row is None:
        return UnderstandingBody(known=False)
    return UnderstandingBody(known=True, interests=row.interests, personas=row.personas, tags=row.tags, time=row.time)
