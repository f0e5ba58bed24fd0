"""What to do next, in a sentence: before the first update, and whenever a run rests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...config.fields import format_value
from ...render.labels import a, called, is_of_digits
from ...text import printable
from ...training.snapshot import RunStatus, Snapshot

if TYPE_CHECKING:
    from ....data.dataset import Dataset
    from ....net.hyperparameters import Hyperparameters

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


def next_steps(snapshot: Snapshot) -> tuple[str, ...]:
    """Say what could be done with a run that rests, the longest wording first; else nothing."""
    if snapshot.state is RunStatus.FINISHED:
        again = f"r with alpha {format_value(_other_alpha(snapshot.hyperparameters))}"
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


def _other_alpha(chosen: Hyperparameters) -> float:
    """Return a learning rate whose run is worth comparing: larger, or else a third."""
    if chosen.optimizer == "gd" and chosen.alpha < LARGE_ALPHA:
        return LARGE_ALPHA
    return float(f"{chosen.alpha / 3:.1g}") or chosen.alpha
