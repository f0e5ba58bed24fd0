"""Read some damaged networks of every format; tests.manual.torture.fuzz_networks reads more."""

from __future__ import annotations

import pytest

from tests.manual.torture.fuzz_networks import good, read
from tests.manual.torture.fuzz_sources import cases_of, fuzz

COUNT = 240


@pytest.mark.slow
def test_damaged_networks_are_read_or_refused() -> None:
    report = fuzz(cases_of(COUNT, good=good), read, good=good)
    assert not report.problems, "\n".join(report.problems)
    assert report.read + report.refused == COUNT
    # There must be many of both, or the damage would be too little or too much.
    assert report.read > COUNT // 10
    assert report.refused > COUNT // 3
