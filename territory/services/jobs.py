"""Long work that somebody waits for: it goes on while they look elsewhere, says how far it is, can be stopped.

Jobs live in one server process and end with it: nothing that they find is kept in the register until somebody
says so, and to ask again comes to the same.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import Any

from territory import logs
from territory.geo.progress import Progress
from territory.services.access import Access
from territory.services.errors import NotFound, Refusal, TooMany, Unusable
from territory.services.register import new_id

_log = logging.getLogger("territory.jobs")

_AT_ONCE = 1
_MOST_OF_ONE = 3
_MOST_KEPT = 50


class JobState(StrEnum):
    """How a job goes."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job:
    """One piece of long work.

    Parameters
    ----------
    owner
        Short name of the key that asked for it: nobody else is told of it.
    kind
        What is done.
    """

    def __init__(self, owner: str, kind: str) -> None:
        self.id = new_id("j")
        self.owner, self.kind = owner, kind
        self.state = JobState.WAITING
        self.step, self.done, self.of = "", 0, 0
        self.refusal: Refusal | None = None
        """Why it failed, where that can be said."""
        self.result: Any = None
        self.began = time.monotonic()
        self._stop = threading.Event()

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state not in (JobState.WAITING, JobState.RUNNING)

    def cancel(self) -> None:
        """Stop at the next step."""
        self._stop.set()
        if self.state is JobState.WAITING:
            self.state = JobState.CANCELLED

    def run(self, work: Callable[[Progress], Any]) -> None:
        """Do the work, and note how it ended."""
        if self.is_over:
            return
        self.state = JobState.RUNNING
        try:
            with logs.job(_log, self.kind):
                self.result = work(self._progress)
            self.state = JobState.DONE
        except _Stopped:
            self.state = JobState.CANCELLED
        except Refusal as refusal:
            self.refusal = refusal
            self.state = JobState.FAILED
        except Exception as error:
            # What went wrong stands in the log; whoever waits is told that it did.
            logs.note(_log, "job", job=self.kind, error=error)
            self.state = JobState.FAILED

    def _progress(self, step: str, done: int, of: int) -> None:
        if self._stop.is_set():
            raise _Stopped
        self.step, self.done, self.of = step, done, of


class _Stopped(Exception):
    """Somebody cancelled the job."""


class Jobs:
    """The jobs of one process, one after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Job] = OrderedDict()
        self._workers = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="job")

    def start(self, access: Access, kind: str, work: Callable[[Progress], Any]) -> Job:
        """Take on a piece of work.

        Parameters
        ----------
        access
            Who asks.
        kind
            What the log calls it.
        work
            Given where to tell its progress; what that raises ends it.

        Raises
        ------
        TooMany
            They have several waiting already.
        """
        job = Job(access.name, kind)
        with self._lock:
            if sum(not each.is_over for each in self._known.values() if each.owner == access.name) >= _MOST_OF_ONE:
                raise TooMany("job.too_many", limit=_MOST_OF_ONE)
            self._known[job.id] = job
            over = [id_ for id_, each in self._known.items() if each.is_over]
            for id_ in over[: max(0, len(self._known) - _MOST_KEPT)]:
                del self._known[id_]
        self._workers.submit(job.run, work)
        return job

    def get(self, access: Access, id_: str) -> Job:
        """A job of whoever asks.

        Raises
        ------
        NotFound
            There is none of theirs.
        """
        with self._lock:
            job = self._known.get(id_)
        if job is None or job.owner != access.name:
            raise NotFound("job.unknown", id=id_[:40])
        return job

    def result(self, access: Access, id_: str) -> Any:
        """What a job found.

        Raises
        ------
        NotFound
            There is none of theirs.
        Unusable
            It is not done, was cancelled or came to nothing.
        """
        job = self.get(access, id_)
        if job.refusal is not None:
            raise job.refusal
        if job.state is not JobState.DONE:
            raise Unusable(f"job.{job.state}")
        return job.result

    def close(self) -> None:
        """Stop everything."""
        with self._lock:
            for job in self._known.values():
                job.cancel()
        self._workers.shutdown(wait=True, cancel_futures=True)
