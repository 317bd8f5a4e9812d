"""Understanding: history -> behaviour text -> interests -> personas -> tags, by one of several pipelines."""

from intently.understand.baseline import baseline_text
from intently.understand.batch import BatchReport, Standing, understand_users
from intently.understand.behaviour import BehaviourItem, BehaviourText, behaviour_text
from intently.understand.order import Order, gain_per_token, ordered
from intently.understand.person import estimate_user, understand_user
from intently.understand.pipelines import PIPELINES, Pipeline
from intently.understand.reasoned import Reasoned
from intently.understand.run import Progress, Run, baseline_of, behaviour_of

__all__ = [
    "PIPELINES",
    "BatchReport",
    "BehaviourItem",
    "BehaviourText",
    "Order",
    "Pipeline",
    "Progress",
    "Reasoned",
    "Run",
    "Standing",
    "baseline_of",
    "baseline_text",
    "behaviour_of",
    "behaviour_text",
    "estimate_user",
    "gain_per_token",
    "ordered",
    "understand_user",
    "understand_users",
]
