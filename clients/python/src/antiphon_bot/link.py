"""The connection: signs in, carries requests and their answers, and comes back after every cut.

A request that was under way when the connection broke raises ``ConnectionLost``; whoever made it says it again. Everything that a
bot says can be said twice.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.typing import Subprotocol

from .errors import BotError, RefusedError
from .words import Frame

log = logging.getLogger("antiphon_bot")

FIRST_PAUSE = 0.25
"""Seconds before the first attempt to come back, at most; doubled each time."""
LONGEST_PAUSE = 15.0
CONNECT_WITHIN = 10.0
LARGEST_FRAME = 8 * 1024 * 1024
FINAL_CODES = range(4500, 5000)
"""Close codes after which coming back is of no use."""


class ConnectionLost(BotError):
    """The connection broke before the answer came."""


class Link:
    """One connection at a time, for as long as ``run`` runs."""

    def __init__(
        self,
        url: str,
        token: str,
        on_ready: Callable[[], Awaitable[None]],
        on_event: Callable[[Frame], None],
    ) -> None:
        self._url, self._token = url, token
        self._on_ready, self._on_event = on_ready, on_event
        self._socket: ClientConnection | None = None
        self._waiting: dict[int, asyncio.Future[Frame]] = {}
        self._next_ref = 0
        self.ready = asyncio.Event()
        """Set while requests can be made."""

    async def run(self) -> None:
        """Connects, and connects again. Returns only by an exception: sign-in refused, or cancelled."""
        failures = 0
        while True:
            try:
                async with connect(
                    self._url,
                    subprotocols=[Subprotocol("antiphon.v1")],
                    compression=None,
                    max_size=LARGEST_FRAME,
                    open_timeout=CONNECT_WITHIN,
                ) as socket:
                    self._socket = socket
                    failures = await self._serve(socket, failures)
            except (OSError, InvalidHandshake, TimeoutError, ConnectionClosed, ConnectionLost) as fault:
                log.info("cannot reach the server: %s", fault)
            except RefusedError as refusal:
                if not refusal.retryable:
                    raise
                log.info("not now: %s", refusal)
            except InvalidURI as fault:
                raise BotError(f"not the address of a WebSocket: {self._url}") from fault
            finally:
                self._lose()
            pause = random.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures, 16)))
            failures += 1
            await asyncio.sleep(pause)

    async def request(self, kind: str, **fields: Any) -> Frame:
        """Asks, and returns the answer. Raises ``RefusedError`` or ``ConnectionLost``."""
        await self.ready.wait()
        return await self._ask(kind, fields)

    async def ask_first(self, kind: str, **fields: Any) -> Frame:
        """The same for what has to be said before anything else on a connection."""
        return await self._ask(kind, fields)

    async def _ask(self, kind: str, fields: Frame) -> Frame:
        socket = self._socket
        if socket is None:
            raise ConnectionLost
        self._next_ref += 1
        ref = self._next_ref
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._waiting[ref] = answer
        try:
            frame = {"type": kind, "ref": ref, **fields}
            await socket.send(json.dumps(frame, ensure_ascii=False, separators=(",", ":")))
            return await answer
        except ConnectionClosed as fault:
            raise ConnectionLost from fault
        finally:
            self._waiting.pop(ref, None)

    async def _serve(self, socket: ClientConnection, failures: int) -> int:
        """Reads until the connection ends. Returns how many attempts in a row have failed."""
        began = asyncio.create_task(self._begin(socket))
        try:
            async for text in socket:
                for line in str(text).split("\n"):
                    if line:
                        await self._hear(socket, json.loads(line))
                if began.done():
                    began.result()
                    failures = 0
            if began.done():
                began.result()
        except ConnectionClosed:
            pass
        finally:
            began.cancel()
        code = socket.close_code or 1006
        if code in FINAL_CODES:
            raise BotError(f"the server ended the connection for good ({code} {socket.close_reason})")
        return failures

    async def _begin(self, socket: ClientConnection) -> None:
        try:
            await self._ask("authenticate", {"token": self._token, "device": "antiphon-bot (Python)"})
            await self._on_ready()
        except BotError:
            await socket.close()
            raise
        self.ready.set()

    async def _hear(self, socket: ClientConnection, frame: Frame) -> None:
        if frame.get("type") == "ping":
            await socket.send('{"type":"pong"}')
            return
        answer = self._waiting.get(frame.get("ref", 0))
        if answer is None:
            self._on_event(frame)
        elif answer.done():
            pass
        elif frame.get("type") == "error":
            answer.set_exception(RefusedError(frame))
        else:
            answer.set_result(frame)

    def _lose(self) -> None:
        self._socket = None
        self.ready.clear()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(ConnectionLost())
