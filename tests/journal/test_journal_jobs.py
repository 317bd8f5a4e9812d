from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from intently.journal import Journal
from intently.journal.jobs import MAX_ATTEMPTS
from tests.journal.world import NOON, at


def test_a_job_is_leased_once_and_done(journal: Journal) -> None:
    asked = journal.enqueue("understand", "ann", {"user_id": "ann"}, "h1")
    assert (asked.state, asked.attempts, asked.user_id, asked.payload) == ("queued", 0, "ann", {"user_id": "ann"})
    held = journal.lease(["understand"], 60, NOON)
    assert held is not None
    assert (held.job_no, held.state, held.attempts, held.lease_until) == (asked.job_no, "leased", 1, at(1))
    assert journal.lease(["understand"], 60, NOON) is None
    assert journal.finish(held)
    assert [(job.state, job.error) for job in journal.jobs()] == [("done", None)]
    assert not journal.finish(held)


def test_jobs_are_taken_in_order_and_by_kind(journal: Journal) -> None:
    for kind, key in (("encode", "all"), ("understand", "bob"), ("understand", "ann")):
        journal.enqueue(kind, key, None)
    taken = [journal.lease(kinds, 60, NOON) for kinds in (["understand"], ["encode", "understand"], ["understand"], [])]
    assert [job and job.key for job in taken] == ["bob", "all", "ann", None]


def test_an_expired_lease_is_taken_again_and_the_late_holder_is_told(journal: Journal) -> None:
    journal.enqueue("understand", "ann", None)
    late = journal.lease(["understand"], 60, at(0))
    assert late is not None
    assert journal.lease(["understand"], 60, at(0.9)) is None
    again = journal.lease(["understand"], 60, at(1))
    assert again is not None
    assert (again.job_no, again.attempts) == (late.job_no, 2)
    assert not journal.extend(late)
    assert not journal.finish(late, "too late")
    assert journal.finish(again)
    assert journal.jobs()[0].state == "done"


def test_an_extended_lease_does_not_run_out(journal: Journal) -> None:
    journal.enqueue("understand", "ann", None)
    held = journal.lease(["understand"], 60, at(0))
    assert held is not None
    assert journal.extend(held, 600, at(0.5))
    assert journal.lease(["understand"], 60, at(5)) is None
    assert journal.lease(["understand"], 60, at(11)) is not None


def test_done_with_the_same_input_it_is_not_run_again(journal: Journal) -> None:
    journal.enqueue("understand", "ann", {"v": 1}, "h1")
    held = journal.lease(["understand"], 60)
    assert held is not None
    journal.finish(held)
    assert journal.enqueue("understand", "ann", {"v": 2}, "h1").state == "done"
    assert journal.enqueue("understand", "ann", {"v": 3}, "h2").state == "queued"
    assert [job.payload for job in journal.jobs()] == [{"v": 3}]


def test_a_job_without_input_hash_is_run_each_time_it_is_asked_for(journal: Journal) -> None:
    for _ in range(2):
        assert journal.enqueue("prune", "traces", None).state == "queued"
        held = journal.lease(["prune"], 60)
        assert held is not None
        journal.finish(held)


def test_a_failed_job_says_why_and_can_be_asked_for_again(journal: Journal) -> None:
    journal.enqueue("understand", "ann", None, "h1")
    held = journal.lease(["understand"], 60)
    assert held is not None
    journal.finish(held, "the model is off")
    assert [(job.state, job.error, job.attempts) for job in journal.jobs("failed")] == [
        ("failed", "the model is off", 1)
    ]
    again = journal.enqueue("understand", "ann", None, "h1")
    assert (again.state, again.error, again.attempts) == ("queued", None, 0)


def test_what_changes_while_a_job_runs_makes_it_run_once_more(journal: Journal) -> None:
    journal.enqueue("understand", "ann", {"v": 1}, "h1")
    held = journal.lease(["understand"], 60)
    assert held is not None
    assert journal.enqueue("understand", "ann", {"v": 1}, "h1").state == "leased"  # the same: it goes on
    assert journal.enqueue("understand", "ann", {"v": 2}, "h2").state == "leased"
    assert journal.finish(held)
    again = journal.lease(["understand"], 60)
    assert again is not None
    assert (again.payload, again.input_hash) == ({"v": 2}, "h2")


def test_a_job_that_kills_its_runner_is_given_up(journal: Journal) -> None:
    journal.enqueue("encode", "all", None)
    for n in range(MAX_ATTEMPTS):
        assert journal.lease(["encode"], 60, NOON + timedelta(hours=n)) is not None
    assert journal.lease(["encode"], 60, NOON + timedelta(hours=MAX_ATTEMPTS)) is None
    assert "died 5 times" in str(journal.jobs("failed")[0].error)


def test_eight_runners_take_each_job_once(journal: Journal) -> None:
    for n in range(40):
        journal.enqueue("understand", str(n), None)

    def run(_: int) -> list[str]:
        taken = []
        while job := journal.lease(["understand"], 60):
            taken.append(job.key)
            assert journal.finish(job)
        return taken

    with ThreadPoolExecutor(8) as pool:
        taken = [key for keys in pool.map(run, range(8)) for key in keys]
    assert sorted(taken, key=int) == [str(n) for n in range(40)]


def test_eight_threads_that_ask_for_the_same_job_make_one(journal: Journal) -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = {job.job_no for job in pool.map(lambda _: journal.enqueue("understand", "ann", None, "h"), range(32))}
    assert len(numbers) == 1
    assert len(journal.jobs()) == 1
