#!/bin/bash
# textual-serve: the app it serves has no terminal, and shutil is told the wrong height.
#
# Guess:  the app runs in a pseudo-terminal of the browser's size, as it would over SSH.
# With:   textual-serve 1.1.3, textual 8.2.8.
# Really: standard input, output and error are pipes: an app that asks whether it has a terminal
#         before it starts refuses to be served. The browser's size comes as COLUMNS and ROWS;
#         shutil.get_terminal_size, which reads COLUMNS and LINES, believes the width and makes up
#         the height. The app itself is told the right size only by its web driver.
# Seen 2026-11-28 (a browser of 100 x 33):
#   terminals: stdin False, stdout False, stderr False
#   shutil 100 x 24, app 100 x 33
set -euo pipefail
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check textual-serve==1.1.3 textual==8.2.8
cat >app.py <<'END'
import shutil
import sys
from pathlib import Path

from textual.app import App

# Textual puts its own objects in place of sys.stdout and sys.stderr while an app runs.
names = ("stdin", "stdout", "stderr")
terminals = ", ".join(f"{name} {getattr(sys, name).isatty()}" for name in names)
columns, rows = shutil.get_terminal_size()


class Looking(App):
    def on_ready(self):
        size = f"shutil {columns} x {rows}, app {self.size.width} x {self.size.height}"
        Path("seen.part").write_text(f"terminals: {terminals}\n{size}\n")
        Path("seen.part").rename("seen.txt")


Looking().run()
END
port=$(python3 -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
venv/bin/python -c "
from textual_serve.server import Server
Server('venv/bin/python app.py', host='127.0.0.1', port=$port).serve()
" >server.txt 2>&1 &
server=$!
venv/bin/python - "$port" <<'END'
import asyncio
import sys
from pathlib import Path

import aiohttp

ADDRESS = f"http://127.0.0.1:{sys.argv[1]}/ws?width=100&height=33"
seen = Path("seen.txt")


async def browse():
    async with aiohttp.ClientSession() as client:
        while True:
            try:
                socket = await client.ws_connect(ADDRESS)
                break
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.2)
        while not seen.exists():
            await asyncio.sleep(0.2)
        await socket.close()


try:
    asyncio.run(asyncio.wait_for(browse(), 120))
except TimeoutError:
    sys.exit("changed: expected the served app to start within two minutes")
expected = [
    "terminals: stdin False, stdout False, stderr False",
    "shutil 100 x 24, app 100 x 33",
]
for got, wanted in zip(seen.read_text().splitlines(), expected, strict=True):
    print(got)
    if got != wanted:
        sys.exit(f"changed: expected {wanted!r}, got {got!r}")
END
