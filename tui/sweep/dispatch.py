"""Keeps a Dask cluster busy with runs: each is made exactly once, whatever happens to workers.

Only a few runs for each core are with the cluster at a time, so that neither the scheduler nor this
process holds more of a sweep of a hundred thousand runs than of a small one. Dask repeats what a
lost worker was doing. What remains is done here: a run is submitted again if the scheduler was
lost, if its worker was unfit, or if Dask has given it up because it saw too many workers die.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pkgutil import resolve_name
from queue import Empty, SimpleQueue
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from ..errors import UserError
from ..text import printable
from .tasks import WORKER_MODULE, Answer, Refusal, Request, Requirements, run_task
from .worker import receive

if TYPE_CHECKING:
    from distributed import Client

    from ...data.dataset import Dataset

LOOK_INTERVAL_S = 2.0  # between two looks at which workers there are
ASK_TIMEOUT_S = 60.0  # for a worker that is busy with a run of another sweep
WAIT_S = 0.25  # for results, before the caller may draw its progress
AHEAD = 2  # runs with the cluster for each thread: one that is made, and one that waits
MAX_ATTEMPTS = 10  # of a run whose workers died
PACKAGE = "mnist-tui"


class Job(Protocol):
    """A run to be made."""

    @property
    def key(self) -> str:
        """Its name; no two jobs of a sweep have the same."""
        ...

    def request(self) -> Request:
        """Return what the worker is asked; called when it is submitted."""
        ...


JobType = TypeVar("JobType", bound=Job)


@dataclass(frozen=True, slots=True)
class _Submitted(Generic[JobType]):
    """A job that is with the cluster."""

    job: JobType
    attempt: int
    future: Any
    workers: frozenset[str] | None  # that may make it; None: any


class Dispatcher(Generic[JobType]):
    """Gives jobs to a cluster and takes their answers."""

    def __init__(
        self,
        client: Client,
        needs: Requirements,
        dataset: Dataset,
        log: Callable[[str], None],
    ) -> None:
        """Take what all jobs have in common.

        Args:
            client: Of the cluster.
            needs: What workers must have.
            dataset: The data, for workers that cannot read them.
            log: Told about workers that are refused, a line each.
        """
        # Dask's own types promise a coroutine wherever a client could be an asynchronous one.
        self._client: Any = client
        self._needs, self._dataset, self._log = needs, dataset, log
        self._token = token_hex(4)  # so that no other sweep on this cluster has the same keys
        self._ended: SimpleQueue[tuple[str, object]] = SimpleQueue()
        self._submitted: dict[str, _Submitted[JobType]] = {}
        self._threads: dict[str, int] = {}  # of each worker that is there, by address
        self._refused: dict[str, str] = {}  # why, by address
        self._sent: Any = None  # the data on the cluster, once a worker lacks them
        self._receiving: dict[str, Any] = {}  # workers that are being sent the data
        self._looked = float("-inf")

    @property
    def workers(self) -> int:
        """Number of workers that make runs."""
        return len(self._fit())

    def run(self, jobs: Iterable[JobType]) -> Generator[list[tuple[JobType, Answer]]]:
        """Yield the answers as they come, and an empty list now and then when none has come.

        Whoever stops early closes the iterator, which takes back the jobs that are not done.

        Raises:
            UserError: No worker is fit, a run ends every worker that makes it, or the scheduler
                is gone; NetError for hyperparameters that do not fit the data.
        """
        waiting = deque((job, 1) for job in jobs)
        try:
            while waiting or self._submitted:
                waiting += self._look()
                self._check_deliveries()
                window = AHEAD * sum(self._fit().values())
                while waiting and len(self._submitted) < window:
                    self._submit(*waiting.popleft())
                done: list[tuple[JobType, Answer]] = []
                for submitted, outcome in self._outcomes():
                    if isinstance(outcome, Answer):
                        done.append((submitted.job, outcome))
                    else:
                        waiting.appendleft((submitted.job, self._next_attempt(submitted, outcome)))
                yield done
        finally:
            self._take_back(list(self._submitted))

    def _submit(self, job: JobType, attempt: int) -> None:
        key = f"run-{self._token}-{job.key}-{attempt}-{token_hex(2)}"
        is_restricted = self._refused or self._receiving
        workers = frozenset(self._fit()) if is_restricted else None
        future = self._client.submit(
            run_task(self._needs, job.request()),
            WORKER_MODULE,
            key=key,
            workers=None if workers is None else list(workers),
        )
        self._submitted[key] = _Submitted(job, attempt, future, workers)
        self._client.loop.add_callback(self._fetch, future)

    async def _fetch(self, future: Any) -> None:
        """Fetch what came of a job, on Dask's loop: all are waited for at once.

        Dask asks the scheduler for several results together. One whose worker died before it was
        fetched keeps only itself waiting, until another worker has made the run again.
        """
        outcome: object = None
        try:
            outcome = await self._client.gather(future, asynchronous=True)
        except Exception as error:
            # Otherwise it is the connection that failed, and the run is to be submitted again.
            if future.status == "error":
                outcome = error
        self._ended.put((future.key, outcome))

    def _outcomes(self) -> Iterator[tuple[_Submitted[JobType], object]]:
        """Yield what has ended; waits a moment if nothing has."""
        ended: list[tuple[str, object]] = []
        try:
            ended.append(self._ended.get(timeout=WAIT_S))
            while True:
                ended.append(self._ended.get_nowait())
        except Empty:
            pass
        for key, outcome in ended:
            # What was taken back may end all the same.
            if (submitted := self._submitted.pop(key, None)) is not None:
                yield submitted, outcome

    def _next_attempt(self, submitted: _Submitted[JobType], outcome: object) -> int:
        """Do what an outcome without an answer asks for; return the number of the next attempt."""
        from distributed import KilledWorker

        if isinstance(outcome, Refusal):
            if outcome.lacks_data:
                self._send_data(outcome.address)
            else:
                self._refuse(outcome.address, outcome.worker, outcome.why)
        elif isinstance(outcome, KilledWorker):
            if submitted.attempt == MAX_ATTEMPTS:
                recipe = printable(submitted.job.request().recipe, 200)
                raise UserError(
                    f"every worker that makes the run “{recipe}” ends: is memory short?"
                )
            return submitted.attempt + 1
        elif isinstance(outcome, ImportError):
            # Unless this may have come from a worker that has been refused meanwhile.
            if submitted.workers is not None or not self._refused:
                self._refuse_without_package(outcome)
        elif isinstance(outcome, Exception):
            raise outcome
        return submitted.attempt

    def _look(self) -> list[tuple[JobType, int]]:
        """Look at which workers there are; return the jobs that none of them may make any more."""
        now = time.monotonic()
        if now - self._looked < LOOK_INTERVAL_S:
            return []
        self._looked = now
        if self._client.status == "closed":
            raise UserError("the scheduler is gone")
        try:
            self._threads = dict(self._client.nthreads())
        except OSError:  # Dask tries to connect again
            self._threads = {}
        if self._threads and self._threads.keys() <= self._refused.keys():
            raise UserError(f"no worker is fit: {next(iter(self._refused.values()))}")
        there = set(self._fit())
        stranded = [
            (key, submitted)
            for key, submitted in self._submitted.items()
            if submitted.workers is not None and not submitted.workers & there
        ]
        self._take_back([key for key, _ in stranded])
        return [(submitted.job, submitted.attempt) for _, submitted in stranded]

    def _fit(self) -> dict[str, int]:
        """Return the threads of each worker that can make runs now."""
        unfit = {*self._refused, *self._receiving}
        return {k: threads for k, threads in self._threads.items() if k not in unfit}

    def _take_back(self, keys: list[str]) -> None:
        futures = [self._submitted.pop(key).future for key in keys]
        if futures and self._client.status == "running":
            self._client.cancel(futures)

    def _send_data(self, address: str) -> None:
        """Send the data to a worker; later ones fetch them from those that have them already."""
        if address in self._receiving:
            return
        if self._sent is None or self._sent.status != "finished":
            self._sent = self._client.scatter(self._dataset, workers=[address], hash=False)
        key = f"data-{self._token}-{token_hex(4)}"
        self._receiving[address] = self._client.submit(
            receive, self._sent, key=key, workers=[address]
        )

    def _check_deliveries(self) -> None:
        """Let workers that have received the data make runs."""
        for address, future in list(self._receiving.items()):
            if future.status == "error":
                self._refuse(address, address, f"cannot take the data: {future.exception()}")
            if future.done() or address not in self._threads:
                del self._receiving[address]

    def _refuse(self, address: str, name: str, why: str) -> None:
        if address not in self._refused:
            self._refused[address] = f"worker {printable(name)} {why}"
            self._log(f"refused: {self._refused[address]}")

    def _refuse_without_package(self, error: Exception) -> None:
        """Find the workers that cannot load this package: one could not do what it was asked."""
        loaded = self._ask(resolve_name, f"{WORKER_MODULE}:__name__")
        unfit = [address for address, name in loaded.items() if name != WORKER_MODULE]
        if not unfit and not self._refused:
            raise UserError(f"a worker cannot load {PACKAGE}: {error}") from error
        versions = self._ask(version, PACKAGE)
        names = {k: v["name"] for k, v in self._client.scheduler_info()["workers"].items()}
        for address in unfit:
            theirs, needed = versions.get(address), version(PACKAGE)
            why = f"has {PACKAGE} {theirs}; the sweep needs {needed}"
            if not isinstance(theirs, str):
                why = f"has no {PACKAGE}"
            elif theirs == needed:
                why = f"cannot load {PACKAGE}: {loaded[address]}"
            self._refuse(address, str(names.get(address, address)), why)

    def _ask(self, function: Callable[[str], object], argument: str) -> dict[str, object]:
        """Call a function of Python's own on every worker; its results, or errors, by address."""
        asked = {
            address: self._client.submit(function, argument, workers=[address], pure=False)
            for address in self._fit()
        }
        answers: dict[str, object] = {}
        for address, future in asked.items():
            try:
                answers[address] = future.result(timeout=ASK_TIMEOUT_S)
            except Exception as problem:
                answers[address] = problem
        return answers
