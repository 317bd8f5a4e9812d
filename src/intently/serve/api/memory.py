"""Commands and the memory that they make: say, see, delete one, undo, restore, and the versions."""

from typing import Annotated

from fastapi import APIRouter, Body, Header, Path, Query, Request

from intently.engine import MemoryView
from intently.errors import NotFound
from intently.nouns import Id
from intently.serve.api.schemas import CommandIn, MemoryBody, SaidBody, VersionBody, VersionIn
from intently.serve.depends import EngineOf, PathId, Person
from intently.serve.metrics import Metrics

__all__ = ["router"]

router = APIRouter(prefix="/users/{user_id}", tags=["memory"])
Client = Annotated[Id, Query()]
SeenVersion = Annotated[int | None, Query(ge=0, description="the version that you saw; a stale one is refused (409)")]
Number = Annotated[int, Path(ge=1, le=2**31)]
VERSION = Body(VersionIn())


@router.post("/commands", summary="Say something to the feed; the next feed obeys")
def say(
    request: Request,
    engine: EngineOf,
    user_id: Person,
    body: CommandIn,
    idempotency_key: Annotated[Id | None, Header(description="the same key again gives the same answer")] = None,
) -> SaidBody:
    said = engine.say(
        user_id, body.text, client=body.client, feed_id=body.feed_id, zone=body.zone, model=body.model,
        preview=body.preview, idempotency_key=idempotency_key, limit=body.limit,
    )  # fmt: skip
    body_of = said if isinstance(said, dict) else said.as_json()  # a dict: the kept answer to the same key
    metrics: Metrics = request.app.state.metrics
    metrics.commands.labels(engine.store.name, body_of["by"]).inc()
    return SaidBody.model_validate(body_of)


@router.get("/memory", summary="What steers this feed")
def memory(engine: EngineOf, user_id: Person, client: Client = "api") -> MemoryBody:
    return _body(engine.memory(user_id, client=client))


@router.delete("/memory", summary="Forget all of it; undo brings it back")
def reset(engine: EngineOf, user_id: Person, client: Client = "api") -> MemoryBody:
    return _body(engine.reset(user_id, client=client))


@router.get("/memory/versions", summary="Every version, newest first")
def versions(engine: EngineOf, user_id: Person) -> list[VersionBody]:
    return [VersionBody.model_validate(row) for row in engine.memory_versions(user_id)]


@router.post("/memory/versions/{number}/restore", summary="Bring a version back")
def restore(engine: EngineOf, user_id: Person, number: Number, body: VersionIn = VERSION) -> MemoryBody:
    return _body(engine.restore(user_id, number, client=body.client, version=body.version))


@router.get("/memory/{preference_id}", summary="One preference in force")
def preference(engine: EngineOf, user_id: Person, preference_id: PathId, client: Client = "api") -> MemoryBody:
    view = engine.memory(user_id, client=client)
    kept = tuple(preference for preference in view.preferences if preference.id == preference_id)
    if not kept:
        raise _no_preference(preference_id)
    return MemoryBody(version=view.version, memory=kept)


@router.delete("/memory/{preference_id}", summary="Delete one preference")
def drop(
    engine: EngineOf, user_id: Person, preference_id: PathId, version: SeenVersion = None, client: Client = "api"
) -> MemoryBody:
    return _body(engine.drop(user_id, preference_id, version=version, client=client))


@router.post("/undo", summary="Go back one version, whatever made it")
def undo(engine: EngineOf, user_id: Person, body: VersionIn = VERSION) -> MemoryBody:
    return _body(engine.undo(user_id, client=body.client))


def _body(view: MemoryView) -> MemoryBody:
    return MemoryBody(version=view.version, memory=view.preferences, notices=view.notices)


def _no_preference(preference_id: str) -> NotFound:
    return NotFound(f"no preference {preference_id[:64]!r} is in force; GET …/memory lists those that are.")
