"""The app over a real sshd, as people use it: `python -m tests.manual.torture.ssh`.

Starts a private sshd on loopback, as the current user, with keys and a port of its own; logs in,
trains, is dropped, logs in again, resumes, and compares the weights with an undisturbed run. Then
a kiosk that a client tries to talk out of being one.
"""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mnist_tui.data.dataset import load as load_data
from mnist_tui.net.run import checkpoint

from tests.helpers.arguments import numbers
from tests.helpers.programs.pty_terminal import Terminal, terminal
from tests.helpers.runs import saved_sessions
from tests.helpers.support import PATIENCE, PROGRAM, fingerprint, part_of, program, write_folder

SSHD = shutil.which("sshd") or "/usr/sbin/sshd"
MISSING = "" if Path(SSHD).exists() and shutil.which("ssh") else "no sshd here: openssh-server"
SOON = 2.0  # seconds from a drop to the end of the process
ITERATIONS = 4000
CONFIG = """\
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
AcceptEnv LANG LC_* NO_COLOR TEXTUAL* MNIST* XDG_* PYTHON*
SetEnv XDG_STATE_HOME={state} XDG_CONFIG_HOME={config} HOME={folder}/home
{more}
"""


@dataclass(frozen=True)
class Server:
    """A running sshd."""

    folder: Path
    port: int

    @property
    def state(self) -> Path:
        """Where the app keeps its sessions there."""
        return self.folder / "state" / "mnist-tui"

    def arguments(self, *options: str, command: Sequence[str | Path] = ()) -> list[str | Path]:
        """What ssh needs to log in, with a terminal."""
        known = ("-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={os.devnull}")
        key = ("-F", "none", "-q", "-i", self.folder / "user", "-p", str(self.port))
        host = f"{getpass.getuser()}@127.0.0.1"
        return ["-tt", *known, *key, *options, host, *command]


@contextmanager
def server(folder: Path, more: str = "") -> Generator[Server]:
    """A private sshd for as long as this lasts. more: lines for its configuration."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "home").mkdir()
    for name in ("host", "user"):
        keygen = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(keygen, check=True)
    text = CONFIG.format(
        port=port, folder=folder, state=folder / "state", config=folder / "config", more=more
    )
    (folder / "config.sshd").write_text(text)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where it puts its unprivileged half
    log = (folder / "log").open("w")
    daemon = subprocess.Popen([SSHD, "-D", "-e", "-f", str(folder / "config.sshd")], stderr=log)
    try:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        else:
            raise AssertionError((folder / "log").read_text())
        yield Server(folder, port)
    finally:
        daemon.terminate()
        daemon.wait()
        log.close()


def apps(there: Server) -> list[int]:
    """Every mnist-tui whose sessions are kept there, by its process number."""
    mark = f"XDG_STATE_HOME={there.folder / 'state'}\0".encode()
    found: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            if (
                any(word == PROGRAM.encode() for word in words[:2])
                and mark in (process / "environ").read_bytes() + b"\0"
            ):
                found.append(int(process.name))
        except OSError:
            continue
    return found


def seconds_until_gone(there: Server) -> float:
    """How long the app outlives its connection."""
    begun = time.monotonic()
    while apps(there):
        time.sleep(0.02)
        assert time.monotonic() - begun < PATIENCE, "it is still there"
    return time.monotonic() - begun


def session_process(app: int) -> int:
    """The sshd that holds an app's terminal: its parent, or the parent of the shell between."""
    while b"sshd" not in Path(f"/proc/{app}/comm").read_bytes():
        app = int(Path(f"/proc/{app}/stat").read_text().rpartition(")")[2].split()[1])
    return app


def drop(there: Server, client: Terminal, how: str) -> float:
    """Drop the connection; how long the app then took to end."""
    (app,) = apps(there)
    if how == "client":
        client.process.kill()
    else:
        os.kill(session_process(app), 9)
    seconds = seconds_until_gone(there)
    client.process.kill()
    client.process.wait()
    client.hang_up()
    return seconds


def trained_dropped_resumed(there: Server, data: Path, how: str) -> tuple[float, bool]:
    """Drop it while it trains, resume it; seconds to its end, and whether all bits are right."""
    chosen = ("--data", data, "--batch-size", "50", "--iterations", str(ITERATIONS))
    begin = there.arguments(command=(PROGRAM, *chosen, "--start"))
    with terminal(*begin, program="ssh") as (client, _):
        client.until(lambda: client.iteration > 20)
        seconds = drop(there, client, how)
    cut = saved_sessions.check_whole(there.state).iteration
    assert 20 < cut < ITERATIONS, cut
    with terminal(*there.arguments(command=(PROGRAM, "--start")), program="ssh") as (client, _):
        client.until(lambda: client.shows("cut off"))
        client.type(b"y")
        client.until(lambda: client.shows("finished"))
        client.type(b"q")
        assert client.end() == 0
    resumed = saved_sessions.check_whole(there.state)
    whole = there.folder / "whole.npz"
    assert program("train", *chosen, "--force", "--out", whole).returncode == 0
    is_same = fingerprint(resumed) == fingerprint(checkpoint.load(whole))
    shutil.rmtree(there.state)
    return seconds, is_same


def files_after_kiosk(there: Server) -> list[Path]:
    """What stands on the disk after a client has tried all it can to write there."""
    spoken = {
        "TEXTUAL_LOG": str(there.folder / "home" / "log"),
        "TEXTUAL_SCREENSHOT": "1",
        "TEXTUAL_SCREENSHOT_LOCATION": str(there.folder / "home"),
        "XDG_STATE_HOME": str(there.folder / "home" / "other"),
        "MNIST_TUI_KIOSK": "0",
    }
    sent = [word for name in spoken for word in ("-o", f"SendEnv={name}")]
    wish = (PROGRAM, "--resume", there.folder / "whole.npz", "--data", "/")
    arguments = there.arguments(*sent, command=wish)
    with terminal(*arguments, program="ssh", environment=spoken) as (client, _):
        client.until(lambda: client.iteration >= 0)
        client.type(b" ")
        client.until(lambda: client.iteration > 2)
        client.type(b"\x1a")  # would stop it
        grown = client.iteration
        client.until(lambda: client.iteration > grown)
        client.type(b"\x10")
        client.pass_by(0.5)
        client.type(b"screenshot")
        client.until(lambda: client.shows("No matches found"))
        client.type(b"\r\x1b")
        client.until(lambda: not client.shows("screenshot"))
        client.type(b"\x11")
        assert client.end() == 0
    places = (there.folder / "home", there.folder / "state", there.folder / "config")
    return [path for place in places for path in place.rglob("*")]


def main() -> None:
    """Do all of it and print what was found."""
    if MISSING:
        sys.exit(MISSING)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = write_folder(folder / "small", part_of(load_data("mnist"), 500, 200))
        (folder / "open").mkdir()
        with server(folder / "open") as there:
            for how in ("client", "session"):
                seconds, is_same = trained_dropped_resumed(there, data, how)
                print(f"{how} killed: gone after {seconds:.2f} s; resumed: same bits: {is_same}")
                assert is_same
            rates(there)
        (folder / "kiosk").mkdir()
        with server(folder / "kiosk", f"ForceCommand {PROGRAM} --kiosk") as there:
            found = files_after_kiosk(there)
            print(f"kiosk: {len(found)} files written")
            assert not found


def rates(there: Server, seconds: float = 15.0) -> None:
    """Print what the app sends over the connection, training and idle."""
    arguments = there.arguments(command=(PROGRAM, "--iterations", "1000000"))
    with terminal(*arguments, program="ssh") as (client, _):
        client.until(lambda: client.shows("ready"))
        for what, key in (("idle", b""), ("training", b" ")):
            client.type(key)
            client.pass_by(2.0)
            before = len(client.sent)
            client.pass_by(seconds)
            print(f"{what}: {(len(client.sent) - before) / seconds:.0f} bytes a second")
        client.type(b"q")
        client.end()


if __name__ == "__main__":
    main(*numbers(__doc__))
