"""A pseudo-terminal that the event loop reads and writes without ever waiting for the program."""

from __future__ import annotations

import asyncio
import fcntl
import os
import struct
import termios

READ_BYTES = 16_384  # at once, about one full screen; the kernel gives a quarter of it at a time
MAX_UNREAD = 1 << 20  # bytes typed, for a program that does not read


class PseudoTerminal:
    """Our end of a pseudo-terminal, and until a program has it, the other one."""

    def __init__(self, columns: int, rows: int) -> None:
        """Open both ends. Raises OSError if the system has no more of them."""
        self._ours, self.theirs = os.openpty()
        os.set_blocking(self._ours, False)
        self._unread = bytearray()  # typed, and not yet taken by the kernel
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size; the program has to be notified with SIGWINCH."""
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    async def read(self) -> bytes:
        """Return what the program has written, at least a byte; nothing after its end."""
        data = b""
        while len(data) < READ_BYTES:
            try:
                part = os.read(self._ours, READ_BYTES - len(data))
            except BlockingIOError:
                if data:
                    break
                await self._until_written()
            except OSError:  # the other end is closed
                break
            else:
                data += part
        return data

    def write(self, data: bytes) -> None:
        """Type this, as soon as the program reads; drop it if far too much is unread."""
        if len(self._unread) + len(data) <= MAX_UNREAD:
            self._unread += data
            self._pass_on()

    def _pass_on(self) -> None:
        """Hand over what the kernel takes now, and have the loop go on when it takes more."""
        loop = asyncio.get_running_loop()
        try:
            del self._unread[: os.write(self._ours, self._unread)]
        except BlockingIOError:
            pass
        except OSError:  # the other end is closed
            self._unread.clear()
        if self._unread:
            loop.add_writer(self._ours, self._pass_on)
        else:
            loop.remove_writer(self._ours)

    def give_away(self) -> None:
        """Close the program's end here, once a program has it."""
        os.close(self.theirs)

    def hang_up(self) -> None:
        """Close our end: the program's terminal is gone."""
        asyncio.get_running_loop().remove_writer(self._ours)
        os.close(self._ours)

    async def _until_written(self) -> None:
        """Wait until the program has written something, or has ended."""
        loop = asyncio.get_running_loop()
        written = asyncio.Event()
        loop.add_reader(self._ours, written.set)
        try:
            await written.wait()
        finally:
            loop.remove_reader(self._ours)
