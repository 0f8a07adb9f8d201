"""The connection: signs in, carries requests and their answers, and comes back after every cut."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.typing import Subprotocol

from .errors import BotError, ConnectionLost, RefusedError
from .growth import well_formed
from .words import Frame

log = logging.getLogger("antiphon_bot")

FIRST_PAUSE = 0.25
"""Seconds before the first attempt to come back, at most; doubled with each one that fails."""
LONGEST_PAUSE = 15.0
OPEN_WITHIN = 10.0
"""How long a socket may take to open, and the server to answer the sign-in."""
CLOSE_WITHIN = 1.0
PING_INTERVAL = 25.0
"""Until the server says otherwise."""
LARGEST_FRAME = 8 * 1024 * 1024
FRAME_CHARACTERS = 32 * 1024
"""Objects are gathered into frames of about this many characters."""
FINAL_CODES = range(4500, 5000)
"""Close codes after which coming back is of no use."""
TOKEN_CODES = (4500, 4501)

Token = str | Callable[[], str | Awaitable[str]]
Saying = tuple[str, Frame]
"""A request and its fields."""


class Link:
    """One connection at a time, for as long as ``run`` runs."""

    def __init__(
        self,
        url: str,
        token: Token,
        *,
        greet: Callable[[], Awaitable[None]],
        hear: Callable[[Frame], None],
        on_ready: Callable[[bool], None],
    ) -> None:
        self._url, self._token = socket_url(url), token
        self._greet_further, self._hear, self._on_ready = greet, hear, on_ready
        self._socket: ClientConnection | None = None
        self._waiting: dict[int, asyncio.Future[Frame]] = {}
        self._next_ref = 1
        self._ping_interval = PING_INTERVAL
        self._heard_at = 0.0
        self._come_back_after: float | None = None
        self._pong: asyncio.Task[None] | None = None
        self.ready = asyncio.Event()
        """Set while requests can be made."""

    async def run(self) -> None:
        """Connects, and connects again. Returns only by an exception: refused for good, or cancelled."""
        failures = 0
        while True:
            if await self._connect():
                failures = 0
            longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures, 16))
            # Full jitter: bots that were cut together do not come back together.
            pause = random.uniform(0, longest) if self._come_back_after is None else self._come_back_after
            self._come_back_after = None
            failures += 1
            await asyncio.sleep(pause)

    async def ask(self, kind: str, **fields: Any) -> Frame:
        """Asks. Raises ``RefusedError``, or ``ConnectionLost`` if the connection ends first."""
        [answer] = await self.ask_all([(kind, fields)])
        return await answer

    async def ask_all(self, sayings: Sequence[Saying]) -> list[asyncio.Future[Frame]]:
        """Asks several things in this order, in as few frames as they fit into."""
        answers, frames = [], [""]
        for kind, fields in sayings:
            ref, answer = self._expect()
            answers.append(answer)
            text = json.dumps({"type": kind, "ref": ref, **fields}, ensure_ascii=False, separators=(",", ":"))
            if frames[-1] and len(frames[-1]) + len(text) > FRAME_CHARACTERS:
                frames.append("")
            frames[-1] += f"\n{text}" if frames[-1] else text
        try:
            for frame in frames:
                if self._socket is not None:
                    await self._socket.send(well_formed(frame))
        except ConnectionClosed:
            self._lose()
        return answers

    def _expect(self) -> tuple[int, asyncio.Future[Frame]]:
        """A number for a request, and its answer."""
        ref = self._next_ref
        self._next_ref += 1
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()

        def settled(answer: asyncio.Future[Frame]) -> None:
            self._waiting.pop(ref, None)
            # Who asked may not wait any more; then it is nobody's error.
            if not answer.cancelled():
                answer.exception()

        answer.add_done_callback(settled)
        if self._socket is None:
            answer.set_exception(ConnectionLost("not connected"))
        else:
            self._waiting[ref] = answer
        return ref, answer

    async def _connect(self) -> bool:
        """One connection, from the opening to the end. Whether it had come so far that requests could be made."""
        try:
            async with connect(
                self._url,
                subprotocols=[Subprotocol("antiphon.v1")],
                compression=None,
                max_size=LARGEST_FRAME,
                open_timeout=OPEN_WITHIN,
                close_timeout=CLOSE_WITHIN,
                # The protocol has a heartbeat of its own.
                ping_interval=None,
            ) as socket:
                return await self._use(socket)
        except InvalidURI as fault:
            raise BotError(f"not the address of a server: {self._url}") from fault
        except (OSError, InvalidHandshake, ConnectionClosed, TimeoutError, asyncio.TimeoutError) as fault:
            log.info("cannot reach the server: %s", fault)
            return False

    async def _use(self, socket: ClientConnection) -> bool:
        self._socket = socket
        greeting = asyncio.create_task(self._greet(socket))
        watching = asyncio.create_task(self._watch(socket))
        try:
            async for frame in socket:
                self._heard_at = asyncio.get_running_loop().time()
                for line in str(frame).split("\n"):
                    self._receive(line, socket)
        except ConnectionClosed as end:
            log.info("the connection broke: %s", end)
        finally:
            self._lose()
            watching.cancel()
            # Its refusal is worth more than the end of the connection; where that came first, it says why.
            is_greeted = greeting.done()
            greeting.cancel()
        steady = is_greeted and greeting.result()
        if socket.close_code in FINAL_CODES:
            raise _refusal(socket.close_code, socket.close_reason)
        return steady

    async def _greet(self, socket: ClientConnection) -> bool:
        """Signs in; whether that worked. Raises if trying again is of no use; other failures end the connection."""
        try:
            await asyncio.wait_for(self._sign_in(), OPEN_WITHIN)
        except RefusedError as refusal:
            socket.transport.abort()
            if not refusal.retryable:
                raise
            log.info("not now: %s", refusal)
        except Exception as fault:
            # Also whatever the function raises that knows the token: it may know it later.
            log.warning("cannot sign in: %s", fault or type(fault).__name__)
            socket.transport.abort()
        else:
            self.ready.set()
            self._on_ready(True)
            return True
        return False

    async def _sign_in(self) -> None:
        token = self._token if isinstance(self._token, str) else self._token()
        signed = await self.ask(
            "authenticate",
            token=await token if inspect.isawaitable(token) else token,
            device="antiphon-bot (Python)",
        )
        self._ping_interval = signed["ping_interval_ms"] / 1000
        await self._greet_further()

    async def _watch(self, socket: ClientConnection) -> None:
        """Ends a connection on which nothing is heard any more. Signing in has a bound of its own."""
        await self.ready.wait()
        loop = asyncio.get_running_loop()
        # Each sleep is exactly as long as there is nothing to look at.
        while (rest := self._heard_at + 2 * self._ping_interval - loop.time()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(rest)
        log.info("the server is silent")
        socket.transport.abort()

    def _receive(self, line: str, socket: ClientConnection) -> None:
        try:
            frame = json.loads(line) if line else None
        except ValueError:
            return
        if not isinstance(frame, dict):
            return
        kind, ref = frame.get("type"), frame.get("ref")
        if kind == "ping":
            # Not waited for: what is to be read does not wait for what is to be written.
            self._pong = asyncio.create_task(_answer_ping(socket))
        elif kind == "bye":
            self._come_back_after = frame.get("after_ms", 0) / 1000 if frame.get("reconnect") else None
        elif ref is None:
            self._hear(frame)
        elif (answer := self._waiting.get(ref)) and not answer.done():
            if kind == "error":
                answer.set_exception(RefusedError(frame))
            else:
                answer.set_result(frame)

    def _lose(self) -> None:
        self._socket = None
        if self.ready.is_set():
            self.ready.clear()
            self._on_ready(False)
        for answer in list(self._waiting.values()):
            if not answer.done():
                answer.set_exception(ConnectionLost("the connection ended first"))


async def _answer_ping(socket: ClientConnection) -> None:
    # Whoever reads hears of it.
    with suppress(ConnectionClosed):
        await socket.send('{"type":"pong"}')


def _refusal(code: int | None, reason: str | None) -> RefusedError:
    known = "token_refused" if code in TOKEN_CODES else "forbidden"
    why = f"{code}: {reason}" if reason else str(code)
    return RefusedError({"code": known, "message": f"the server ended the connection for good ({why})"})


def socket_url(url: str) -> str:
    """The address of the socket of a server: ``http://host`` and ``ws://host/v1/ws`` are both understood."""
    parts = urlsplit(url)
    scheme = parts.scheme.replace("http", "ws")
    if scheme not in ("ws", "wss") or not parts.hostname:
        raise BotError(f"not the address of a server: {url}")
    path = parts.path if parts.path.endswith("/v1/ws") else f"{parts.path.rstrip('/')}/v1/ws"
    return urlunsplit((scheme, parts.netloc, path, parts.query, ""))
