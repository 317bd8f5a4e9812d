"""What is kept of a person, for that person: all of it as one file, and all of it deleted."""

import json

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from intently.serve.pages.visit import VisitIs, keep_client

__all__ = ["router"]

router = APIRouter(prefix="/page", include_in_schema=False)


@router.get("/export")
def export(visit: VisitIs) -> Response:
    """The same document as `GET /v1/users/{id}/export`, to be saved."""
    visit.caller.need_own(visit.user_id)
    body = json.dumps(visit.engine.export(visit.user_id), ensure_ascii=False, indent=1)
    headers = {
        "Content-Disposition": f'attachment; filename="intently-{visit.store}.json"', "Cache-Control": "no-store",
    }  # fmt: skip
    return Response(body, media_type="application/json", headers=headers)


@router.post("/erase")
def erase(request: Request, visit: VisitIs) -> Response:
    """Delete everything, then show the page as somebody unknown sees it. The form is a plain one: nothing of the old
    page may stay."""
    visit.caller.need_own(visit.user_id)
    visit.engine.erase(visit.user_id)
    request.app.state.screens.forget(visit.store, visit.user_id)
    return keep_client(RedirectResponse(f"/?{visit.here}", 303), visit)
