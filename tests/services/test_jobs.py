"""Jobs: long work that is told of and can be stopped, from this process or another one of the same server."""

from __future__ import annotations

import threading
import time

import pytest

from territory.services.access import OPERATOR, PUBLIC, Access
from territory.services.errors import NotFound, TooMany, Unusable
from territory.services.jobs import Jobs, JobState, Shelf


@pytest.fixture
def jobs():
    made = Jobs()
    yield made
    made.close()


def test_a_job_at_work_stops_at_its_next_step_and_its_result_is_not_told(jobs):
    began, goes_on = threading.Event(), threading.Event()

    def work(progress):
        began.set()
        goes_on.wait(20)
        progress("next", 1, 2)
        return "found"

    job = jobs.start(OPERATOR, "test", work)
    assert began.wait(20)
    assert job.state is JobState.RUNNING
    jobs.cancel(OPERATOR, job.id)
    goes_on.set()
    jobs.close()
    assert job.state is JobState.CANCELLED
    with pytest.raises(Unusable):
        jobs.result(OPERATOR, job.id)


def test_a_job_that_waits_is_cancelled_at_once_and_never_begins(jobs):
    goes_on, ran = threading.Event(), []
    first = jobs.start(OPERATOR, "test", lambda _: goes_on.wait(20))
    second = jobs.start(OPERATOR, "test", lambda _: ran.append(1))
    jobs.cancel(OPERATOR, second.id)
    assert second.state is JobState.CANCELLED
    goes_on.set()
    jobs.close()
    assert first.is_over
    assert ran == []


def test_one_key_has_only_so_many_at_work_and_others_are_let_in(jobs):
    goes_on = threading.Event()
    try:
        for _ in range(3):
            jobs.start(OPERATOR, "test", lambda _: goes_on.wait(20))
        with pytest.raises(TooMany):
            jobs.start(OPERATOR, "test", lambda _: None)
        jobs.start(Access("another"), "test", lambda _: None)
    finally:
        goes_on.set()


def test_a_fault_of_ours_is_told_as_such(jobs):
    def work(progress):
        raise ZeroDivisionError

    job = jobs.start(OPERATOR, "test", work)
    jobs.close()
    assert job.state is JobState.FAILED
    assert job.refusal is None


@pytest.fixture
def others(tmp_path):
    """Two processes of one server, as far as jobs can tell."""
    pair = Jobs(Shelf(tmp_path)), Jobs(Shelf(tmp_path))
    yield pair
    for each in pair:
        each.close()


def ended(jobs: Jobs, id_: str) -> JobState:
    """How a job ends, as one process comes to know it."""
    give_up = time.monotonic() + 20
    while not (told := jobs.get(OPERATOR, id_)).is_over:
        assert time.monotonic() < give_up
        time.sleep(0.01)
    return told.state


def test_another_process_tells_how_far_a_job_is_and_what_it_found(others):
    here, there = others
    goes_on, at_work = threading.Event(), threading.Event()

    def work(progress):
        progress("land", 1, 4)
        at_work.set()
        goes_on.wait(20)
        return {"found": [1, 2]}

    job = here.start(OPERATOR, "gaps", work)
    assert at_work.wait(20)
    told = there.get(OPERATOR, job.id)
    assert (told.kind, told.state, told.step, told.done, told.of) == ("gaps", JobState.RUNNING, "land", 1, 4)
    with pytest.raises(NotFound):
        there.get(PUBLIC, job.id)
    with pytest.raises(Unusable):
        there.result(OPERATOR, job.id)
    goes_on.set()
    assert ended(there, job.id) is JobState.DONE
    assert there.result(OPERATOR, job.id) == {"found": [1, 2]}


def test_another_process_stops_a_job(others):
    here, there = others
    asked = threading.Event()

    def work(progress):
        asked.wait(20)
        for done in range(1000):
            progress(f"step {done}", done, 1000)

    job = here.start(OPERATOR, "gaps", work)
    there.cancel(OPERATOR, job.id)
    asked.set()
    assert ended(there, job.id) is JobState.CANCELLED


def test_another_process_says_why_a_job_was_refused(others):
    here, there = others

    def work(progress):
        raise NotFound("organize.jurisdiction", id="m9")

    job = here.start(OPERATOR, "gaps", work)
    assert ended(there, job.id) is JobState.FAILED
    with pytest.raises(NotFound) as refused:
        there.result(OPERATOR, job.id)
    assert "m9" in refused.value.said("es")


@pytest.mark.parametrize("id_", ["j-none", "../j-1", "j-1/../x", ""])
def test_an_id_that_is_none_is_unknown_and_no_path(others, id_):
    with pytest.raises(NotFound):
        others[0].get(OPERATOR, id_)


def test_what_old_jobs_left_is_cleared_away(others, tmp_path):
    here, _ = others
    for _ in range(60):
        ended(here, here.start(OPERATOR, "gaps", lambda _: "found").id)
    assert 50 <= len(list(tmp_path.glob("*.told"))) <= 51
    assert len(list(tmp_path.glob("*.result"))) <= 51
