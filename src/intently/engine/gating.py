"""May what was judged pass or stop a release? Only a judge that people's labels have calibrated says so.

By the grade for the whole: people's S, A or B against the judge's. What is missing is said before any model is asked.
"""

from collections.abc import Sequence

from intently.engine.judging import JudgingPlan
from intently.errors import Refused
from intently.journal import Journal
from intently.judge.question import OVERALL, Question
from intently.judge.trust import gates, missing, passing

__all__ = ["check_labels", "pass_gate"]


def check_labels(journal: Journal, questions: Sequence[Question], task: str) -> None:
    """Raises Refused that says how many labels of what are needed, when there are too few for any judge."""
    labels = journal.labels.labels(task=task)
    needs = missing(journal.labels.subjects(task=task), labels, _overall(questions))
    if needs:
        by_model = sum(row.by == "model" for row in labels)
        named = f" Of language models there are {by_model:,}, which do not count." if by_model else ""
        raise Refused(
            f"nothing is gated by a judge of {task} that people have not calibrated: {' and '.join(map(str, needs))} "
            f"are needed, on the question {OVERALL!r}.{named} Draw some: intently label draw NAME --task {task}, and "
            "rate them at /label."
        )


def pass_gate(journal: Journal, questions: Sequence[Question], plan: JudgingPlan, bar: float) -> str:
    """Whether enough of the plan's sample passes, in words. Raises Refused where this judge may not gate, or where the
    lower end of the share that people would pass is below the bar."""
    question = _overall(questions)
    subjects, labels = journal.labels.subjects(task=plan.task), journal.labels.labels(task=plan.task)
    judged = journal.judgements.all(task=plan.task, judge=plan.judge.name, version=plan.judge.version)
    (found,) = gates(subjects, labels, judged, [question])
    if not found.open:
        more = " Have it judge what is labelled: intently judge --batch ROUND." if found.needs else ""
        raise Refused(f"{plan.judge.name} {plan.judge.version} may not gate. {found.text}.{more}")
    wanted = {(one.key, one.user_id) for one in plan.subjects}
    sample = [row for row in judged if (row.subject_key, row.user_id) in wanted]
    if not sample:
        raise Refused(f"the gate stays shut: {plan.judge.name} came to no grade for anything of the sample.")
    share = passing(subjects, labels, judged, question, sample)
    told = f"{share.value:.0%} [{share.low:.0%}, {share.high:.0%}] pass, by the judge and corrected by people's labels"
    if share.low < bar:
        raise Refused(f"the gate stays shut: {told}; at least {bar:.0%} were asked for, for certain. {found.text}.")
    return f"the gate is passed: {told}. {found.text}."


def _overall(questions: Sequence[Question]) -> Question:
    return next(question for question in questions if question.criterion == OVERALL)
