"""A sweep in a process of its own, in the background of the app, which it yields to."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ...errors import UserError
from ...text import printable

MAX_MESSAGE = 4096  # bytes read of what the process said last
PATIENCE_S = 1.0  # until a process that was asked to end is ended
NICE = 19


class BackgroundSweep:
    """Runs a command until it ends, is stopped, or the app ends."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        """Start the command. It writes to `folder`.

        Raises:
            UserError: It cannot be started.
        """
        self.folder = folder
        self.is_stopped = False  # whether it was asked to end
        self._messages = tempfile.TemporaryFile()  # noqa: SIM115  (as long as the process)
        try:
            # A process group, so that its workers end with it, but no session of its own: Linux
            # may share the processors among sessions, and would not let it yield to ours.
            self._process = subprocess.Popen(  # noqa: S603  (the app's own program)
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._messages,
                process_group=0,
            )
        except OSError as failure:
            self._messages.close()
            raise UserError(f"the sweep cannot be started: {failure.strerror}") from failure
        _yield_to_app(self._process.pid)

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    @property
    def failure(self) -> str:
        """Its last line of output, if it ended with an error without being stopped; or empty."""
        code = self._process.poll()
        if not code or self.is_stopped:
            return ""
        end = os.fstat(self._messages.fileno()).st_size
        said = os.pread(self._messages.fileno(), MAX_MESSAGE, max(0, end - MAX_MESSAGE))
        lines = said.decode(errors="replace").strip().splitlines()
        return printable(lines[-1]) if lines else f"the sweep ended with exit code {code}"

    def stop(self) -> None:
        """Ask it to end, as Ctrl-C does; what has come stays."""
        self.is_stopped = True
        if self.is_running:
            self._send(signal.SIGINT)

    def close(self) -> None:
        """Ask it to end, and end it and its workers if it does not; from any thread."""
        self.stop()
        if self.is_running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE_S)
            if self.is_running:
                self._send(signal.SIGKILL)
                self._process.wait()
        self._messages.close()

    def _send(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def _yield_to_app(process: int) -> None:
    """Lower a process's priority, and that of all it starts, below the app's training threads."""
    with contextlib.suppress(OSError):  # it has ended, or the system does not allow it
        os.setpriority(os.PRIO_PROCESS, process, NICE)
        if sys.platform == "linux":  # the training threads are nice, too; this yields to them
            os.sched_setscheduler(process, os.SCHED_IDLE, os.sched_param(0))
