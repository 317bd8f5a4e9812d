"""Reports over all people, for the shop."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query

from intently.serve.api.schemas import UnmetBody, UnmetWant
from intently.serve.depends import CallerIs, EngineOf

__all__ = ["router"]

router = APIRouter(prefix="/reports", tags=["reports"])


@router.get("/unmet", summary="What people want and the catalogue does not have, most people first")
def unmet(
    engine: EngineOf,
    by: CallerIs,
    least_people: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> UnmetBody:
    by.need("shop")
    found = engine.unmet(least_people=least_people)[:limit]
    return UnmetBody(unmet=tuple(UnmetWant(**asdict(one)) for one in found))
