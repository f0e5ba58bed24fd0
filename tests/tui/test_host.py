"""That the machine is busy: said in time, taken back in time, and nothing else gives way to it."""

from __future__ import annotations

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.host import Busy
from mnist_tui.tui.widgets.status_line import StatusLine

from tests.helpers.app.app_driver import opened


def test_it_neither_flickers_nor_stays() -> None:
    load = 0.0
    busy = Busy(lambda: (load, 0.0, 0.0), cores=2)
    seen: list[bool] = []
    for now in (1.0, 2.2, 3.9, 4.0, 3.9, 3.0, 2.9, 3.9, 4.1):
        load = now
        busy.look()
        seen.append(busy.is_busy)
    assert seen == [False, False, False, True, True, True, False, False, True]


def test_where_the_load_is_not_known_nothing_is_said() -> None:
    def unknown() -> tuple[float, float, float]:
        raise OSError

    busy = Busy(unknown, cores=2)
    assert not busy.look()
    assert not busy.is_busy


@pytest.mark.parametrize("columns", [60, 80, 100, 140])
async def test_the_status_line_says_it_and_no_number_gives_way(
    small: Dataset, columns: int
) -> None:
    async with opened(small, (columns, 24)) as driver:
        line = driver.app.main.query_one(StatusLine)
        line.busy.is_busy = False
        line.redraw()
        calm = driver.status
        line.busy.is_busy = True
        line.redraw()
        busy = driver.status
        assert len(busy) == len(calm) == columns
        if "pixels" not in busy:  # the network's words give way too
            calm = calm.replace("784 pixels → 10 units → 10 digits", "784-10-10")
        kept = [word for word in calm.split() if not set(word) <= set("━─")]
        assert [word for word in busy.split() if not set(word) <= {*"━─"}] == [
            *kept,
            *(["machine"] if "machine" in busy else []),
            *(["busy"] if "busy" in busy else []),
        ]
        if columns >= 80:
            assert "busy" in busy
