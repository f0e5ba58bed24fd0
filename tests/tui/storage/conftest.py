"""Fixtures: a session on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from mnist_tui.data.dataset import Dataset

from tests.helpers.runs.saved_sessions import write_session


@pytest.fixture
def session(small: Dataset, state: Path) -> Path:
    """A session of one run, written twice, its older generation beside it."""
    return write_session(small, state / "sessions" / "20200101-000000-1")
