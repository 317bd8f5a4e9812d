"""Commands and the memory that they make: say, see, revise or delete one, undo, restore, versions, proposals."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Body, Header, Path, Query, Request

from intently.engine import MemoryView
from intently.nouns import Id
from intently.serve.api.schemas import (
    CommandIn,
    MemoryBody,
    ProposalsBody,
    RangeIn,
    RelaxIn,
    RevisionIn,
    RoundBody,
    SaidBody,
    VersionBody,
    VersionIn,
)
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
        preview=body.preview, idempotency_key=idempotency_key, limit=body.limit, surface=body.surface,
    )  # fmt: skip
    body_of = said if isinstance(said, dict) else said.as_json()  # a dict: the kept answer to the same key
    metrics: Metrics = request.app.state.metrics
    metrics.commands.labels(engine.store.name, body_of["by"]).inc()
    return SaidBody.model_validate(body_of)


@router.get("/commands", summary="What the person said, newest first, and what came of it")
def commands(engine: EngineOf, user_id: Person, limit: Annotated[int, Query(ge=1, le=1000)] = 50) -> list[RoundBody]:
    return [RoundBody.model_validate(asdict(said)) for said in engine.commands(user_id, limit=limit)]


@router.get("/memory", summary="What steers this feed")
def memory(engine: EngineOf, user_id: Person, client: Client = "api") -> MemoryBody:
    return _body(engine.memory(user_id, client=client))


@router.delete("/memory", summary="Forget all of it; undo brings it back")
def reset(engine: EngineOf, user_id: Person, version: SeenVersion = None, client: Client = "api") -> MemoryBody:
    return _body(engine.reset(user_id, client=client, version=version))


@router.get("/memory/versions", summary="Every version, newest first")
def versions(engine: EngineOf, user_id: Person, limit: Annotated[int, Query(ge=1, le=1000)] = 50) -> list[VersionBody]:
    return [VersionBody.model_validate(asdict(row)) for row in engine.memory_versions(user_id, limit=limit)]


@router.get("/memory/versions/{number}", summary="What a version put in force for this client when it was made")
def version(engine: EngineOf, user_id: Person, number: Number, client: Client = "api") -> MemoryBody:
    return _body(engine.memory_version(user_id, number, client=client))


@router.post("/memory/versions/{number}/restore", summary="Bring a version back")
def restore(engine: EngineOf, user_id: Person, number: Number, body: VersionIn = VERSION) -> MemoryBody:
    return _body(engine.restore(user_id, number, client=body.client, version=body.version))


@router.get("/memory/proposals", summary="What behaviour or the understanding suggests; nothing of it is in force")
def proposals(engine: EngineOf, user_id: Person, client: Client = "api") -> ProposalsBody:
    return ProposalsBody(proposals=engine.proposals(user_id, client=client))


@router.post("/memory/proposals/{proposal_id}/accept", summary="Make a proposal a preference that always holds")
def accept(engine: EngineOf, user_id: Person, proposal_id: PathId, body: VersionIn = VERSION) -> MemoryBody:
    return _body(engine.accept(user_id, proposal_id, client=body.client, version=body.version))


@router.post("/memory/proposals/{proposal_id}/dismiss", summary="Do not propose this again")
def dismiss(engine: EngineOf, user_id: Person, proposal_id: PathId, client: Client = "api") -> ProposalsBody:
    engine.dismiss(user_id, proposal_id, client=client)
    return ProposalsBody(proposals=engine.proposals(user_id, client=client))


@router.post("/memory/relax", summary="Take one of the ways to more items that a slate offered")
def relax(engine: EngineOf, user_id: Person, body: RelaxIn) -> MemoryBody:
    return _body(engine.relax(user_id, body.relaxation, client=body.client, version=body.version))


@router.get("/memory/{preference_id}", summary="One preference in force")
def preference(engine: EngineOf, user_id: Person, preference_id: PathId, client: Client = "api") -> MemoryBody:
    return _body(engine.preference(user_id, preference_id, client=client))


@router.patch("/memory/{preference_id}", summary="Change how long, how strongly or within which bound one holds")
def revise(engine: EngineOf, user_id: Person, preference_id: PathId, body: RevisionIn) -> MemoryBody:
    value = body.value.model_dump() if isinstance(body.value, RangeIn) else body.value
    return _body(
        engine.revise(
            user_id, preference_id, scope=body.scope, strength=body.strength, value=value, client=body.client,
            version=body.version, zone=body.zone,
        )
    )  # fmt: skip


@router.delete("/memory/{preference_id}", summary="Delete one preference")
def drop(
    engine: EngineOf, user_id: Person, preference_id: PathId, version: SeenVersion = None, client: Client = "api"
) -> MemoryBody:
    return _body(engine.drop(user_id, preference_id, version=version, client=client))


@router.post("/undo", summary="Go back one version, whatever made it")
def undo(engine: EngineOf, user_id: Person, body: VersionIn = VERSION) -> MemoryBody:
    return _body(engine.undo(user_id, client=body.client, version=body.version))


def _body(view: MemoryView) -> MemoryBody:
    return MemoryBody(version=view.version, memory=view.preferences, notices=view.notices)
