"""History, tags and wishes in; candidates out: popularity, neighbours, meaning, buying again, and their fusion."""

from intently.retrieve.fusion import DEFAULT_WEIGHTS, Fused, base_scores, fuse, similar
from intently.retrieve.index import BehaviourIndex, build_index, open_index, save_index
from intently.retrieve.request import Allowed, IntentQuery, RetrievalRequest, Retriever, TagQuery
from intently.retrieve.sources import sources_of

__all__ = [
    "DEFAULT_WEIGHTS",
    "Allowed",
    "BehaviourIndex",
    "Fused",
    "IntentQuery",
    "RetrievalRequest",
    "Retriever",
    "TagQuery",
    "base_scores",
    "build_index",
    "fuse",
    "open_index",
    "save_index",
    "similar",
    "sources_of",
]
