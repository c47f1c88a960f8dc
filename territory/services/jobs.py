"""Long work that somebody waits for: it goes on while they look elsewhere, says how far it is, can be stopped.

A job runs in one server process and ends with it: nothing that it finds is kept in the register until somebody
says so, and to ask again comes to the same. Where several processes serve one register, they tell each other of
their jobs through a folder.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson

from territory import logs
from territory.geo.progress import Progress
from territory.services import errors
from territory.services.access import Access
from territory.services.errors import NotFound, Refusal, TooMany, Unusable
from territory.services.register import new_id

_log = logging.getLogger("territory.jobs")

_AT_ONCE = 1
_MOST_OF_ONE = 3
_MOST_KEPT = 50
_TELLS_EVERY_S = 0.25
_ID = re.compile(r"j-[0-9a-z]+")


class JobState(StrEnum):
    """How a job goes."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(kw_only=True)
class Told:
    """How far a job is, as any process can tell."""

    id: str
    owner: str
    """Short name of the key that asked for it: nobody else is told of it."""
    kind: str
    """What is done."""
    state: JobState = JobState.WAITING
    step: str = ""
    done: int = 0
    of: int = 0
    refusal: Refusal | None = None
    """Why it failed, where that can be said."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state not in (JobState.WAITING, JobState.RUNNING)


class Job:
    """One piece of long work in this process.

    Parameters
    ----------
    told
        Kept up to date.
    shelf
        Where other processes learn of it, if there are any.
    """

    def __init__(self, told: Told, shelf: Shelf | None) -> None:
        self.told = told
        self.result: Any = None
        self._shelf = shelf
        self._stop = threading.Event()
        self._tell()

    def cancel(self) -> None:
        """Stop at the next step."""
        self._stop.set()
        if self.told.state is JobState.WAITING:
            self._becomes(JobState.CANCELLED)

    def run(self, work: Callable[[Progress], Any]) -> None:
        """Do the work, and note how it ended."""
        if self.told.is_over:
            return
        self._becomes(JobState.RUNNING)
        try:
            with logs.job(_log, self.told.kind):
                self.result = work(self._progress)
            if self._shelf is not None:
                self._shelf.keep(self.told.id, self.result)
            self._becomes(JobState.DONE)
        except _Stopped:
            self._becomes(JobState.CANCELLED)
        except Refusal as refusal:
            self.told.refusal = refusal
            self._becomes(JobState.FAILED)
        except Exception as error:
            # What went wrong stands in the log; whoever waits is told that it did.
            logs.note(_log, "job", job=self.told.kind, error=error)
            self._becomes(JobState.FAILED)

    def _becomes(self, state: JobState) -> None:
        self.told.state = state
        self._tell()

    def _progress(self, step: str, done: int, of: int) -> None:
        told = self.told
        is_new, (told.step, told.done, told.of) = step != told.step, (step, done, of)
        if self._shelf is not None and (is_new or time.monotonic() > self._told_at + _TELLS_EVERY_S):
            if self._shelf.is_to_stop(told.id):
                self._stop.set()
            self._tell()
        if self._stop.is_set():
            raise _Stopped

    def _tell(self) -> None:
        self._told_at = time.monotonic()
        if self._shelf is not None:
            self._shelf.tell(self.told)


class _Stopped(Exception):
    """Somebody cancelled the job."""


class Shelf:
    """A folder through which processes of one server tell each other of their jobs.

    Parameters
    ----------
    folder
        That nobody else may read; whoever made it clears it away.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def tell(self, told: Told) -> None:
        """Note how far a job is."""
        refusal = told.refusal and [type(told.refusal).__name__, told.refusal.code, told.refusal.details]
        self._write(told.id, "told", vars(told) | {"refusal": refusal})

    def told(self, id_: str) -> Told | None:
        """How far a job is; none that nobody told of."""
        said = self._read(id_, "told")
        if said is None:
            return None
        refusal = said["refusal"]
        if refusal is not None:
            kind, code, details = refusal
            said["refusal"] = getattr(errors, kind)(code, **details)
        return Told(**said | {"state": JobState(said["state"])})

    def keep(self, id_: str, result: Any) -> None:
        """Keep what a job found."""
        self._write(id_, "result", result)

    def result(self, id_: str) -> Any:
        """What a job found."""
        return self._read(id_, "result")

    def ask_to_stop(self, id_: str) -> None:
        """Ask whichever process does a job to stop it."""
        self._write(id_, "stop", None)

    def is_to_stop(self, id_: str) -> bool:
        """Whether somebody asked for that."""
        return self._place(id_, "stop").exists()

    def forget(self, id_: str) -> None:
        """Clear a job away."""
        for what in ("told", "result", "stop"):
            self._place(id_, what).unlink(missing_ok=True)

    def _place(self, id_: str, what: str) -> Path:
        return self._folder / f"{id_}.{what}"

    def _write(self, id_: str, what: str, said: Any) -> None:
        # Put in place whole: another process may be reading.
        place = self._place(id_, what)
        new = place.with_suffix(f".{what}-new")
        new.write_bytes(orjson.dumps(said, option=orjson.OPT_SERIALIZE_NUMPY))
        new.replace(place)

    def _read(self, id_: str, what: str) -> Any:
        if not _ID.fullmatch(id_):
            return None
        try:
            return orjson.loads(self._place(id_, what).read_bytes())
        except FileNotFoundError:
            return None


class Jobs:
    """The jobs of one process, one after the other, and those that others tell of.

    Parameters
    ----------
    shelf
        Where processes tell each other of their jobs; with one process there is none.
    """

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._shelf = shelf
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Job] = OrderedDict()
        self._workers = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="job")

    def start(self, access: Access, kind: str, work: Callable[[Progress], Any]) -> Told:
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
        with self._lock:
            waiting = (each.told for each in self._known.values())
            if sum(not told.is_over for told in waiting if told.owner == access.name) >= _MOST_OF_ONE:
                raise TooMany("job.too_many", limit=_MOST_OF_ONE)
            job = Job(Told(id=new_id("j"), owner=access.name, kind=kind), self._shelf)
            self._known[job.told.id] = job
            over = [id_ for id_, each in self._known.items() if each.told.is_over]
            for id_ in over[: max(0, len(self._known) - _MOST_KEPT)]:
                del self._known[id_]
                if self._shelf is not None:
                    self._shelf.forget(id_)
        self._workers.submit(job.run, work)
        return job.told

    def get(self, access: Access, id_: str) -> Told:
        """How far a job of whoever asks is.

        Raises
        ------
        NotFound
            There is none of theirs.
        """
        with self._lock:
            job = self._known.get(id_)
        told = job.told if job is not None else self._shelf.told(id_) if self._shelf is not None else None
        if told is None or told.owner != access.name:
            raise NotFound("job.unknown", id=id_[:40])
        return told

    def result(self, access: Access, id_: str) -> Any:
        """What a job found.

        Raises
        ------
        NotFound
            There is none of theirs.
        Unusable
            It is not done, was cancelled or came to nothing.
        """
        told = self.get(access, id_)
        if told.refusal is not None:
            raise told.refusal
        if told.state is not JobState.DONE:
            raise Unusable(f"job.{told.state}")
        with self._lock:
            job = self._known.get(id_)
        if job is not None:
            return job.result
        return None if self._shelf is None else self._shelf.result(id_)

    def cancel(self, access: Access, id_: str) -> Told:
        """Stop a job at its next step.

        Raises
        ------
        NotFound
            There is none of theirs.
        """
        told = self.get(access, id_)
        with self._lock:
            job = self._known.get(id_)
        if job is not None:
            job.cancel()
        elif self._shelf is not None:
            self._shelf.ask_to_stop(id_)
        return told

    def close(self) -> None:
        """Stop everything."""
        with self._lock:
            for job in self._known.values():
                job.cancel()
        self._workers.shutdown(wait=True, cancel_futures=True)
