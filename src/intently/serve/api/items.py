"""Items: put, change (price and stock hold at once), delete."""

from typing import Any

from fastapi import APIRouter

from intently.catalog.schema import CatalogSpec, FacetSpec
from intently.errors import BadRequest
from intently.nouns import FacetValue, Item
from intently.serve.api.schemas import ChangedBody, FacetIn, ItemBody, ItemIn, ItemPatch, ItemsPatch
from intently.serve.depends import CallerIs, EngineOf, PathId

__all__ = ["router"]

router = APIRouter(prefix="/items", tags=["items"])


@router.patch("", summary="Change some of at most 1,000 items, all or none: prices and stock as a shop sends them")
def patch_items(engine: EngineOf, by: CallerIs, body: ItemsPatch) -> ChangedBody:
    by.need("shop")
    changes = {item_id: _changes(engine.store.spec, one) for item_id, one in body.items.items()}
    return ChangedBody(changed=len(engine.patch_items(changes)))


@router.get("/{item_id}", summary="One item")
def get_item(engine: EngineOf, by: CallerIs, item_id: PathId) -> ItemBody:
    return _body(engine.item(item_id))


@router.put("/{item_id}", summary="Put an item, new or whole")
def put_item(engine: EngineOf, by: CallerIs, item_id: PathId, body: ItemIn) -> ItemBody:
    by.need("shop")
    facets = {name: None for name in engine.store.spec.facets} | _facets(engine.store.spec, body.facets)
    item = Item(
        item_id=item_id, title=body.title, text=body.text, facets=facets, image_url=body.image_url,
        vector=body.vector, available=body.available,
    )  # fmt: skip
    engine.put_item(item)
    return _body(item)


@router.patch("/{item_id}", summary="Change some of an item; the rest stays")
def patch_item(engine: EngineOf, by: CallerIs, item_id: PathId, body: ItemPatch) -> ItemBody:
    by.need("shop")
    return _body(engine.patch_item(item_id, _changes(engine.store.spec, body)))


@router.delete("/{item_id}", status_code=204, summary="Delete an item; it is in no later feed")
def delete_item(engine: EngineOf, by: CallerIs, item_id: PathId) -> None:
    by.need("shop")
    engine.delete_item(item_id)


def _changes(spec: CatalogSpec, body: ItemPatch) -> dict[str, Any]:
    """What a patch gives. Raises BadRequest for one that gives nothing, and for a null in place of a value."""
    given: dict[str, Any] = body.model_dump(exclude_unset=True)
    if not given:
        raise BadRequest("the body names nothing to change; give title, text, facets, image_url, vector or available.")
    if body.facets is not None:
        given["facets"] = _facets(spec, body.facets)
    for name in ("title", "text", "available"):
        if name in given and given[name] is None:
            raise BadRequest(f"`{name}` cannot be null; leave it out to keep it.")
    return given


def _facets(spec: CatalogSpec, given: dict[str, FacetIn]) -> dict[str, FacetValue]:
    """The facets as the catalogue declares them. Raises BadRequest that names the facet and the mend."""
    return {name: _value(spec, name, value) for name, value in given.items()}


def _value(spec: CatalogSpec, name: str, value: FacetIn) -> FacetValue:
    facet = spec.facets.get(name)
    if facet is None:
        raise BadRequest(f"`facets.{name}`: the catalogue declares no such facet; it has {', '.join(spec.facets)}.")
    if value is None:
        return None
    return _terms(facet, name, value) if facet.kind == "term" else _amount(name, value)


def _terms(facet: FacetSpec, name: str, value: FacetIn) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    if not facet.many and len(values) > 1:
        raise BadRequest(f"`facets.{name}` takes one value, {len(values)} were given.")
    if not all(isinstance(entry, str) for entry in values):
        raise BadRequest(f"`facets.{name}` takes words, not numbers.")
    return tuple(str(entry) for entry in values)


def _amount(name: str, value: FacetIn) -> float:
    if isinstance(value, float | int) and abs(value) < 1e15:  # also refuses NaN and infinities
        return float(value)
    raise BadRequest(f"`facets.{name}` takes one number, not {str(value)[:40]!r}.")


def _body(item: Item) -> ItemBody:
    facets = {name: list(value) if isinstance(value, tuple) else value for name, value in item.facets.items()}
    return ItemBody(
        item_id=item.item_id, title=item.title, text=item.text, facets=facets, image_url=item.image_url,
        vector=item.vector, available=item.available,
    )  # fmt: skip
