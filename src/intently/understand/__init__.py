"""Understanding: history -> behaviour text -> interests -> tags. One route, as RecGPT V1; one person at a time."""

from intently.understand.behaviour import BehaviourItem, BehaviourText, behaviour_text
from intently.understand.run import (
    BatchReport,
    Progress,
    behaviour_of,
    estimate_user,
    understand_user,
    understand_users,
)

__all__ = [
    "BatchReport",
    "BehaviourItem",
    "BehaviourText",
    "Progress",
    "behaviour_of",
    "behaviour_text",
    "estimate_user",
    "understand_user",
    "understand_users",
]
