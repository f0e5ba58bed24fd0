"""Over a real sshd: dropped and resumed without losing a bit, and a kiosk that stays one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.support import PROGRAM
from tests.manual.torture.ssh import MISSING, files_after_kiosk, server, trained_dropped_resumed

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)


@pytest.mark.parametrize("how", ["client", "session"])
def test_a_dropped_connection_loses_nothing(how: str, folder: Path, tmp_path: Path) -> None:
    with server(tmp_path) as there:
        seconds, is_same = trained_dropped_resumed(there, folder, how)
    assert is_same
    assert seconds < 6.0


def test_a_forced_kiosk_cannot_be_talked_out_of_it(tmp_path: Path) -> None:
    with server(tmp_path, f"ForceCommand {PROGRAM} --kiosk") as there:
        assert files_after_kiosk(there) == []
