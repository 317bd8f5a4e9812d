"""May what was judged pass or stop a release? Only a judge that people's labels have calibrated says so.

By the grade for the whole: people's S, A or B against the judge's. What is missing is said before any model is asked.
The share is of the whole sample: one that was cut short, or of which too much has no grade, passes nothing.
"""

from collections.abc import Sequence

from intently.engine.judged import JudgingReport
from intently.engine.judging import JudgingPlan
from intently.errors import Refused
from intently.journal import Journal
from intently.judge.agreement import Figure
from intently.judge.calibrate import LEAST_PEOPLE
from intently.judge.meeting import answer_of
from intently.judge.question import OVERALL, Question
from intently.judge.trust import gates, missing, passing

__all__ = ["check_labels", "check_sample", "pass_gate"]

MOST_UNGRADED = 0.05  # of a sample; these count as not passed, and more of them would say more than the grades do


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


def check_sample(plan: JudgingPlan) -> None:
    """Raises Refused for a sample of too few people to tell of others: known before any model is asked."""
    people = len({one.group or one.user_id or one.key for one in plan.subjects})
    if people < LEAST_PEOPLE:
        raise Refused(
            f"the gate stays shut: the sample is of outputs of {people:,} different people, {LEAST_PEOPLE} are needed. "
            "Ask for a larger one with --sample, or have outputs made for more people first."
        )


def pass_gate(
    journal: Journal, questions: Sequence[Question], plan: JudgingPlan, report: JudgingReport, bar: float
) -> str:
    """Whether enough of the plan's sample passes, in words. Raises Refused where this judge may not gate, where the
    sample is not judged whole, and where the lower end of the share that people would pass is below the bar."""
    question = _overall(questions)
    subjects, labels = journal.labels.subjects(task=plan.task), journal.labels.labels(task=plan.task)
    judged = journal.judgements.all(task=plan.task, judge=plan.judge.name, version=plan.judge.version)
    (found,) = gates(subjects, labels, judged, [question])
    if not found.open:
        more = " Have it judge what is labelled: intently judge --batch ROUND." if found.needs else ""
        raise Refused(f"{plan.judge.name} {plan.judge.version} may not gate. {found.text}.{more}")
    check_sample(plan)
    wanted = {(one.key, one.user_id) for one in plan.subjects}
    graded = [row for row in judged if (row.subject_key, row.user_id) in wanted and answer_of(row, question)]
    left = _check_whole(len(wanted), len(graded), report.stopped)
    share = _of_all(passing(subjects, labels, judged, question, graded), len(graded) / len(wanted))
    told = f"{share.value:.0%} [{share.low:.0%}, {share.high:.0%}] pass, by the judge and corrected by people's labels"
    told += f"; {left:,} without a grade count as not passed" if left else ""
    if share.low < bar:
        raise Refused(f"the gate stays shut: {told}; at least {bar:.0%} were asked for, for certain. {found.text}.")
    return f"the gate is passed: {told}. {found.text}."


def _check_whole(wanted: int, graded: int, stopped: str) -> int:
    """How many outputs of the sample have no grade. Raises Refused when they are too many."""
    if stopped:
        raise Refused(
            f"the gate stays shut: the sample of {wanted:,} is not judged whole ({stopped}). Run the same command "
            "again with a larger budget or none: it goes on where it stopped."
        )
    left = wanted - graded
    if left > MOST_UNGRADED * wanted:
        raise Refused(
            f"the gate stays shut: {left:,} of {wanted:,} outputs of the sample have no grade, for want of a usable "
            f"answer; at most {MOST_UNGRADED:.0%} may have none. Run the same command again, which asks about these "
            "alone, or judge with another model."
        )
    return left


def _of_all(figure: Figure, share: float) -> Figure:
    """A share of what is graded as a share of the sample, of which the rest counts as not passed."""
    return Figure(figure.value * share, figure.low * share, figure.high * share)


def _overall(questions: Sequence[Question]) -> Question:
    return next(question for question in questions if question.criterion == OVERALL)
