"""The real binary on a free port, with a data folder of its own: started, killed, started again on what is left."""

from __future__ import annotations

import asyncio
import json
import os
import re
import tempfile
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[4]
BINARY = os.environ.get("ANTIPHON_BIN", str(ROOT / "target/debug/antiphon"))
START_WITHIN = 30.0
BOT = "clerk"
TOKEN = "a-token-that-only-this-test-and-its-server-know"


class Server:
    """One server process at a time, which knows one bot on a bot socket; its port and data outlive it."""

    def __init__(self, settings: str, bot: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="antiphon-")
        if not Path(BINARY).is_file():
            raise RuntimeError(f"there is no {BINARY}: cargo build, or set ANTIPHON_BIN")
        config = Path(self._folder.name) / "antiphon.toml"
        config.write_text(
            f"{settings}\n[[bots]]\nid = '{BOT}'\n{bot}\n"
            "connector = { type = 'bot_socket', token_env = 'CLERK_TOKEN' }\n"
        )
        self._config = str(config)
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._port_known = asyncio.Event()
        self.output = ""
        """What it printed."""
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Starts it, or starts it again, and waits until it says where it is."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ANTIPHON_")}
        self._process = await asyncio.create_subprocess_exec(
            BINARY,
            *("--port", str(self.port), "--data", self._folder.name, "--config", self._config),
            env={**environment, "CLERK_TOKEN": TOKEN},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._port_known.clear()
        self._reading = asyncio.create_task(self._read(self._process))
        try:
            await asyncio.wait_for(self._port_known.wait(), START_WITHIN)
        except asyncio.TimeoutError:
            raise RuntimeError(f"the server did not start\n{self.output}") from None

    async def kill(self) -> None:
        """Kills it at once: nothing is drained, nothing is flushed."""
        if self._process is not None and self._reading is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
            await self._reading

    async def stop(self) -> None:
        """Ends it, and removes its data."""
        await self.kill()
        self._folder.cleanup()

    async def rest(self, path: str, token: str | None = None, body: Any = None) -> Any:
        """Asks over REST."""
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/v1{path}", data=data, headers=headers)

        def ask() -> Any:
            with urllib.request.urlopen(request, timeout=START_WITHIN) as answer:
                return json.load(answer)

        return await asyncio.to_thread(ask)

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        before = len(self.output)
        async for line in process.stdout:
            self.output += line.decode()
            if found := re.search(r"http://127\.0\.0\.1:(\d+)", self.output[before:]):
                self.port = int(found[1])
                self._port_known.set()
