"""A finished run in words, compared with the best of the comparable runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .snapshot import RunStatus, Snapshot


def run_summary(snapshot: Snapshot, runs: Sequence[Snapshot], names: Mapping[int, str]) -> str:
    """Summarize a finished run; empty for one that has not finished."""
    run, best, last = snapshot.run, snapshot.best, snapshot.tested
    if snapshot.state is not RunStatus.FINISHED or run is None:
        return ""
    assert best is not None
    assert last is not None
    words = (
        f"Finished in {snapshot.seconds:.3g} s. Test accuracy: last {last.test_accuracy:.2%}, "
        f"best {best.test_accuracy:.2%} at {best.iteration}"
    )
    others = [seen for seen in runs if seen.run is not run and _is_comparable(seen, snapshot)]
    if others:
        other = max(others, key=_best)
        assert other.run is not None
        points = round(100 * (best.test_accuracy - _best(other)), 2)
        name = names[other.run.number]
        which = f"{name}, the best of {len(others)} others" if others[1:] else name
        if points:
            side = "above" if points > 0 else "below"
            words += f"; {abs(points):.2f} points {side} {which}"
        else:
            words += f"; as good as {which}"
    return f"{words}."


def _is_comparable(other: Snapshot, than: Snapshot) -> bool:
    """Return whether a run has finished, or made at least as many updates."""
    if other.progress is None or than.progress is None or _best(other) < 0:
        return False
    return other.state is RunStatus.FINISHED or other.progress.iteration >= than.progress.iteration


def _best(seen: Snapshot) -> float:
    """Return the best test accuracy; -1 if there is none."""
    best = seen.best
    return best.test_accuracy if best else -1.0
