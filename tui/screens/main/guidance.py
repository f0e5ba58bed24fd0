"""What to do next, in a sentence: before the first update, and whenever a run rests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ...config.fields import format_value
from ...render.labels import a, called, is_of_digits
from ...text import printable
from ...training.snapshot import RunStatus, Snapshot

if TYPE_CHECKING:
    from ....data.dataset import Dataset

START = "the same start again"
LARGE_ALPHA = 0.5  # for plain gradient descent: twice as quick as the default, and no longer smooth


def opening(dataset: Dataset, index: int, answer: int, origin: str = "") -> str:
    """Say what the first screen shows and what begins the training.

    Args:
        dataset: the data.
        index: of the test image shown.
        answer: the class that the network takes it for.
        origin: the file that the network comes from; empty: it is untrained.
    """
    label = int(dataset.test.labels[index])
    is_right, digits = answer == label, is_of_digits(dataset)
    one, other = (a(called(dataset.names, k), digits=digits) for k in (label, answer))
    if not digits:
        one, other = f"“{one}”", f"“{other}”"
    if origin:
        takes = "takes it for that" if is_right else f"takes it for {other}"
        return (
            f"This is {one}. The network in {printable(origin, 40)} {takes}. Space: it learns on."
        )
    takes = "by chance takes it for that" if is_right else f"takes it for {other}"
    return f"This is {one}. The untrained network {takes}. Space: it learns."


def next_steps(snapshot: Snapshot, runs: Sequence[Snapshot] = ()) -> tuple[str, ...]:
    """Say what could be done with a run that rests, the longest wording first; else nothing.

    Args:
        snapshot: the run that rests.
        runs: all runs shown; an alpha that one of them has tried is not proposed again.
    """
    if snapshot.state is RunStatus.FINISHED:
        again = f"r with alpha {format_value(_other_alpha(snapshot, runs))}"
        return (
            f"n: what it gets wrong · c: what it confuses · v: what is inside · {again}: {START}",
            f"n: its mistakes · c: what it confuses · {again}: {START}",
            "n: its mistakes · c: confusions · r: once more",
            "n: its mistakes · r: once more",
        )
    is_begun = snapshot.progress is not None and snapshot.progress.iteration > 0
    if snapshot.state is RunStatus.PAUSED and is_begun:
        return (
            "Space: it learns on · n: what it gets wrong · v: what is inside · [: back in time",
            "Space: it learns on · n: its mistakes · [: back",
            "Space: on · n: its mistakes",
        )
    return ()


def _other_alpha(snapshot: Snapshot, runs: Sequence[Snapshot]) -> float:
    """Return a learning rate whose run is worth comparing with those that differ in it alone.

    Beside the best one tried so far: above it until something larger has done worse, then below,
    then half way (of the logarithm) to the larger one.
    """
    chosen = snapshot.hyperparameters
    tried = {
        seen.hyperparameters.alpha: seen.tested.test_accuracy
        for seen in (*runs, snapshot)
        if seen.tested and replace(seen.hyperparameters, alpha=chosen.alpha) == chosen
    }
    if len(tried) <= 1 and chosen.optimizer == "gd" and chosen.alpha < LARGE_ALPHA:
        return LARGE_ALPHA
    best = max(tried, key=lambda alpha: tried[alpha], default=chosen.alpha)
    larger = [alpha for alpha in tried if alpha > best]
    if len(tried) > 1 and not larger:
        return _rounded(3 * best, best)
    if not any(alpha < best for alpha in tried):
        return _rounded(best / 3, best)
    return _rounded((best * min(larger)) ** 0.5, best)


def _rounded(alpha: float, instead: float) -> float:
    """Return a learning rate to one digit; `instead` where nothing is left of it."""
    return float(f"{alpha:.1g}") or instead
