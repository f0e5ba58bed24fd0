"""Read a few hundred damaged sources of every kind; torture.fuzz_sources reads more."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.manual.torture.fuzz_sources import Case, cases_of, fuzz

COUNT = 480


@pytest.mark.slow
def test_damaged_sources_are_read_or_refused() -> None:
    report = fuzz(cases_of(COUNT))
    assert not report.problems, "\n".join(report.problems)
    # There must be many of both, or the damage would be too little or too much.
    assert report.read + report.refused == COUNT
    assert report.read > COUNT // 8
    assert report.refused > COUNT // 3


def misbehave(case: Case, _: Path, __: Callable[[random.Random], bytes]) -> bool:
    """What a reader must never do, each once."""
    if case.number == 1:
        os._exit(3)
    if case.number == 3:
        time.sleep(60)
    if case.number == 5:
        raise ValueError("no DataError")
    if case.number == 7:
        bytearray(1 << 40)
    return case.number % 2 == 0


@pytest.mark.slow
def test_crashes_hangs_and_tracebacks_are_reported() -> None:
    report = fuzz(cases_of(9), misbehave, seconds=1)
    said = report.problems
    assert len(said) == 4
    assert "number=1): the process ended with 3" in said[0]
    assert "number=3): hangs" in said[1]
    assert "number=5): raised\nTraceback" in said[2]
    assert "MemoryError" in said[3]
    assert (report.read, report.refused) == (5, 0)
