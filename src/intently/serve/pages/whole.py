"""The whole page, the parts that it asks for while it is open, and signing in."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from intently.serve.keys import COOKIE, NoKey, caller_of
from intently.serve.pages.cover import Cover, draw_cover
from intently.serve.pages.panels import examples_part, proposals_part, versions_part
from intently.serve.pages.parts import (
    PAGE_ITEMS,
    cards_of,
    feed_part,
    frame_part,
    liking_part,
    memory_part,
    model_part,
    past_part,
    people_part,
)
from intently.serve.pages.render import fragment, is_fragment, render, words_page
from intently.serve.pages.shown import Screens
from intently.serve.pages.view import details_of, query
from intently.serve.pages.visit import Visit, VisitIs, keep_client

__all__ = ["router", "whole_page"]

router = APIRouter(include_in_schema=False)
Title = Annotated[str, Query(min_length=1, max_length=200)]
WHY_ANSWERS = 3
SIMILAR = 6


@router.get("/")
def page(request: Request, visit: VisitIs, cursor: Annotated[str | None, Query(max_length=300)] = None) -> Response:
    """A person's page; while the store is being imported, a page that says so and asks again."""
    state = visit.stores.state(visit.store)
    if state.state == "opening":
        text = f"The store “{visit.store}” is being imported and indexed. This page opens by itself when it is ready."
        return words_page("One moment", text, 503, refresh=2)
    return keep_client(whole_page(request, visit, cursor=cursor), visit)


def whole_page(
    request: Request, visit: Visit, *, cursor: str | None = None, answer: Any = None, preview: Any = None
) -> HTMLResponse:
    """The page with everything in place. `answer`, `preview`: of a plain form, shown without script."""
    engine = visit.engine
    engine.start_understanding(visit.user_id)
    slate = engine.feed(visit.user_id, limit=PAGE_ITEMS, cursor=cursor, surface="page", client=visit.client)
    engine.prefill(visit.user_id, visit.client, slate)
    screens: Screens = request.app.state.screens
    screens.put((visit.store, visit.user_id, visit.client), [(item.item_id, item.title) for item in slate.items])
    values = {
        **frame_part(visit),
        **feed_part(engine, slate, visit.user_id),
        **memory_part(visit, engine.memory(visit.user_id, client=visit.client)),
        **versions_part(visit),
        **proposals_part(visit),
        "examples": examples_part(engine.store.spec, engine.worlds.current.world.snapshot),
        "changed": None,
        "preview": preview,
        "model": model_part(engine),
        "people": people_part(visit),
        "liking": liking_part(engine, visit.user_id),
        "past": past_part(engine, visit.user_id),
        "answers": answer,
    }
    return HTMLResponse(render("page.html", values), headers={"Cache-Control": "no-store"})


@router.get("/page/people")
def people(visit: VisitIs, user: Annotated[str, Query(max_length=128)] = "") -> HTMLResponse:
    """People whose id begins so."""
    return fragment("parts/people.html", {**frame_part(visit), "people": people_part(visit, user)})


@router.get("/page/more")
def more(visit: VisitIs, cursor: Annotated[str, Query(max_length=300)]) -> HTMLResponse:
    """The next cards, put after those that are there."""
    engine = visit.engine
    slate = engine.feed(visit.user_id, limit=PAGE_ITEMS, cursor=cursor, surface="page", client=visit.client)
    values = {**frame_part(visit), "cards": cards_of(engine, slate, frozenset()), "cursor": slate.cursor}
    return fragment("parts/more.html", values)


@router.get("/page/why")
def why(request: Request, visit: VisitIs, title: Title) -> HTMLResponse:
    """Why the films of this title are not in the feed."""
    engine = visit.engine
    answers = [
        engine.why_not(visit.user_id, item_id, client=visit.client)
        for item_id, _ in engine.find_items(title, WHY_ANSWERS)
    ]
    if not is_fragment(request):
        return whole_page(request, visit, answer={"asked": title, "answers": answers})
    return fragment("parts/why.html", {**frame_part(visit), "asked": title, "answers": answers})


@router.get("/page/item")
def item(
    visit: VisitIs, item_id: Annotated[str, Query(max_length=128)], feed_id: str = "", position: int = 1
) -> HTMLResponse:
    """One item, large, with what is like it."""
    engine = visit.engine
    found = engine.item(item_id)
    details = details_of(engine.store.spec, found)
    terms = next((tuple(value) for value in found.facets.values() if isinstance(value, tuple) and value), ())
    near = [
        {"title": other.title, "query": query(item_id=other.item_id)}
        for other in engine.similar(item_id, limit=SIMILAR).items
    ]
    values = {
        **frame_part(visit), "title": found.title, "story": found.text[:1200], "details": details, "near": near,
        "cover": draw_cover(Cover(found.title, terms[0] if terms else "")), "image_url": found.image_url,
    }  # fmt: skip
    return fragment("parts/item.html", values)


@router.get("/sign-in")
def sign_in_form() -> HTMLResponse:
    return words_page("Sign in", "This server asks for a key.", sign_in=True)


@router.post("/sign-in")
def sign_in(
    request: Request, key: Annotated[str, Form(max_length=200)], next: Annotated[str, Form(max_length=500)] = "/"
) -> Response:
    """Keep the key in a cookie that no script can read, if it is known."""
    try:
        caller_of(request.app.state.keys, {}, {COOKIE: key})
    except NoKey:
        return words_page("Sign in", "That key is not known. Try again.", 401, sign_in=True)
    target = next if next.startswith("/") and not next.startswith(("//", "/\\")) else "/"
    response = RedirectResponse(target, 303)
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, key, httponly=True, samesite="strict", secure=secure)
    return response
