"""The page: what a person sees. Routes return whole pages, or fragments that htmx puts in their place."""

from fastapi import APIRouter

from intently.serve.pages import actions, because, edits, inferred, label, rights, stream, whole

__all__ = ["page_router"]


def page_router() -> APIRouter:
    """All routes of the page; none is in the schema of the API."""
    router = APIRouter()
    for part in (whole, actions, because, edits, inferred, label, rights, stream):
        router.include_router(part.router)
    return router
