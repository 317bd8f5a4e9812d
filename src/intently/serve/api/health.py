"""Whether the server is well, and its counters."""

from importlib.metadata import version

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from intently.serve.api.schemas import HealthBody, StoreBody
from intently.serve.depends import CallerIs, StoresOf
from intently.serve.metrics import Metrics
from intently.serve.stores import Stores

__all__ = ["router"]

router = APIRouter(tags=["health"])


@router.get("/health", summary="Is it well? 503 while no store is ready")
def health(stores: StoresOf, response: Response) -> HealthBody:
    states = {state.name: state for state in stores.states()}
    kinds = {state.state for state in states.values()}
    status = "failed" if "failed" in kinds else ("opening" if "opening" in kinds else "ok")
    ready = [name for name, state in states.items() if state.state == "ready"]
    if not ready:
        response.status_code = 503
    return HealthBody(
        status=status,
        version=version("intently"),
        stores={name: _store(stores, name) for name in stores.names},
        model=stores.engine(ready[0]).services.status().text if ready else "not asked for yet",
    )


def _store(stores: Stores, name: str) -> StoreBody:
    state = stores.state(name)
    if state.state != "ready":
        return StoreBody(state=state.state, fault=state.fault)
    health = stores.engine(name).health()
    return StoreBody(state=state.state, items=health.items, encoded=health.encoded)


@router.get("/metrics", summary="Counters for Prometheus", response_class=Response)
def metrics(request: Request, stores: StoresOf, by: CallerIs) -> Response:
    by.need("shop")
    kept: Metrics = request.app.state.metrics
    for state in stores.states():
        if state.state == "ready":
            engine = stores.engine(state.name)
            kept.items.labels(state.name).set(engine.health().items)
            kept.model_ready.set(engine.services.status().state == "ready")
    return Response(kept.text(), media_type=CONTENT_TYPE_LATEST)
