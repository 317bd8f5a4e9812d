"""Understanding: history -> behaviour text -> interests -> personas -> tags, by one of several pipelines."""

from intently.understand.baseline import baseline_text
from intently.understand.batch import BatchReport, understand_users
from intently.understand.behaviour import BehaviourItem, BehaviourText, behaviour_text
from intently.understand.person import estimate_user, understand_user
from intently.understand.pipelines import PIPELINES, Pipeline
from intently.understand.reasoned import Reasoned
from intently.understand.run import Progress, Run, baseline_of, behaviour_of

__all__ = [
    "PIPELINES",
    "BatchReport",
    "BehaviourItem",
    "BehaviourText",
    "Pipeline",
    "Progress",
    "Reasoned",
    "Run",
    "baseline_of",
    "baseline_text",
    "behaviour_of",
    "behaviour_text",
    "estimate_user",
    "understand_user",
    "understand_users",
]
