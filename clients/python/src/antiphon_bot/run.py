"""A run: one message to work on, and the answer that grows meanwhile."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from .errors import RefusedError, RunOver
from .link import ConnectionLost, Link
from .stream import Stream
from .tool import Tool, Work
from .words import Activity, Decision, Ending, Frame, Message, Role, Scope, Usage, text_of

PAUSE_WHEN_REFUSED = 0.5
"""Seconds before something is said again that the server could not do just now."""
MOST_STEERED = 100
"""Messages that may wait for a bot that does not look at them."""


class Run:
    """What a bot works on. Everything it says arrives exactly once, whatever the network does meanwhile."""

    def __init__(self, link: Link, offer: Frame) -> None:
        self._link = link
        run = offer["run"]
        self.id: str = run["run"]
        self.attempt: int = run["attempt"]
        self.room: Frame = offer["room"]
        self.message: Message = offer["trigger"]
        self.text: str = text_of(self.message)
        """What the message says."""
        self.context: list[Message] = offer.get("context", [])
        """What was said before, the oldest first."""
        self.names: dict[str, str] = offer.get("names", {})
        self._usage: list[Usage] = []
        self._parts = 0
        self._streams: list[Stream] = []
        self._answer: Stream | None = None
        self._tools: dict[str, Tool] = {}
        self._asks: dict[str, tuple[Frame, asyncio.Future[Decision]]] = {}
        self._steered: asyncio.Queue[Message] = asyncio.Queue(MOST_STEERED)
        self._opening = asyncio.Lock()
        self._opened = False
        self.leaving = False
        """Set when the program ends: a run that is stopped by that was interrupted, not cancelled."""
        self.over = asyncio.Event()
        """Set when nothing more of this run is accepted."""

    async def write(self, text: str) -> None:
        """Adds to the answer's text, a part of which is opened when it is needed."""
        if self._answer is None:
            self._answer = await self.open_stream("text")
        await self._answer.write(text)

    async def say(self, text: str) -> None:
        """The same, for an answer that is short."""
        await self.write(text)

    async def open_stream(self, kind: str = "text", visible_to: Role | None = None) -> Stream:
        """Opens another part that grows: ``text`` or ``reasoning``. Later ``write`` goes into a text after it."""
        extra: Frame = {} if visible_to is None else {"visible_to": visible_to}
        stream = Stream(self, await self.open_part({"type": kind, "text": ""}, **extra))
        self._streams.append(stream)
        return stream

    async def data(self, name: str, value: Any) -> int:
        """Adds structured data. Returns the part's index, for ``put_part``."""
        return await self.open_part({"type": "data", "name": name, "value": value})

    async def plan(self, items: list[tuple[str, str]], part: int | None = None) -> int:
        """Shows a plan, or its next state: titles with ``pending``, ``active`` or ``done``. Returns the part's index."""
        value = {"type": "plan", "items": [{"title": title, "state": state} for title, state in items]}
        if part is None:
            return await self.open_part(value)
        await self.say_again("put_part", part=part, value=value)
        return part

    async def status(self, activity: Activity) -> None:
        """Says what the bot is doing."""
        await self.say_again("run_status", activity=activity)

    async def tool(
        self,
        name: str,
        work: Work,
        arguments: Any = None,
        *,
        title: str | None = None,
        timeout: float | None = None,
        visible_to: Role | None = None,
    ) -> Any:
        """Runs ``await work(tool)`` as a tool call that people can watch and stop. Returns its result; raises
        ``ToolCancelled`` if somebody stopped it. ``timeout`` is in seconds, and kept by the server."""
        tool = Tool(self, name, arguments)
        self._tools[tool.id] = tool
        try:
            return await tool.work(work, title, timeout, visible_to)
        finally:
            self._tools.pop(tool.id, None)

    async def ask(
        self,
        prompt: str,
        *,
        schema: Any = None,
        tool: str | None = None,
        tool_call: str | None = None,
        arguments: Any = None,
        editable: bool = False,
        role: Role | None = "admin",
        scopes: tuple[Scope, ...] = ("once",),
        default: str = "deny",
        within: float = 300.0,
    ) -> Decision:
        """Asks people: a permission, or with ``schema`` (flat JSON Schema) a question. Whoever caused the run may answer, and
        members with ``role``. Returns when somebody does, or after ``within`` seconds with the default."""
        ask: Frame = {
            "kind": "permission" if schema is None else "question",
            "prompt": prompt,
            "tool_call": tool_call,
            "tool": tool,
            "arguments": arguments,
            "editable": editable,
            "schema": schema,
            "eligible": {"role": role, "users": [self.message["sender"]]},
            "scopes": list(scopes),
            "default": default,
        }
        ask = {key: value for key, value in ask.items() if value is not None}
        name = str(uuid.uuid4())
        request = {"approval": name, "ask": ask, "within_ms": int(within * 1000)}
        decision: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        self._asks[name] = (request, decision)
        try:
            await self._open()
            await self._put_question(name)
            return await decision
        finally:
            self._asks.pop(name, None)

    async def steered(self) -> AsyncIterator[Message]:
        """Messages that arrive for the bot in this room while it is at work; for bots that said ``steer=True``."""
        while True:
            yield await self._steered.get()

    def record_usage(self, usage: Usage) -> None:
        """Records what the run has cost; told when it ends."""
        self._usage.append({"requests": 1, **usage})

    async def open_part(self, value: Frame, **extra: Any) -> int:
        """Opens the next part of the answer, and the answer before the first. Returns its index."""
        await self._open()
        async with self._opening:
            part = self._parts
            self._parts += 1
            if self._answer is not None and part > self._answer.part:
                self._answer = None  # What is written from now on comes after this part.
            await self.say_again("put_part", part=part, value=value, **extra)
            return part

    async def say_again(self, kind: str, **fields: Any) -> Frame:
        """Says something about this run until it is heard. Raises ``RunOver``, or ``RefusedError`` if it makes no sense."""
        while not self.over.is_set():
            try:
                return await self._link.request(kind, run=self.id, attempt=self.attempt, **fields)
            except ConnectionLost:
                continue
            except RefusedError as refusal:
                if refusal.code in ("fenced", "not_found"):
                    self.end()
                elif refusal.retryable:
                    await asyncio.sleep(max(refusal.retry_after, PAUSE_WHEN_REFUSED))
                else:
                    raise
        raise RunOver(f"run {self.id} is over")

    async def work(self, handler: Callable[[Run], Awaitable[None]]) -> None:
        """Lets the handler work, and ends the run as the handler did."""
        ending: Ending = "completed"
        error: str | None = None
        try:
            await handler(self)
            for stream in self._streams:
                await stream.drain()
        except RunOver:
            return
        except asyncio.CancelledError:
            ending, error = ("interrupted", "the bot was stopped") if self.leaving else ("cancelled", None)
        except Exception as fault:
            ending, error = "failed", str(fault) or type(fault).__name__
        await self._finish(ending, error)

    async def _finish(self, ending: Ending, error: str | None) -> None:
        fields: Frame = {"ending": ending, "usage": self._usage}
        if error is not None:
            fields["error"] = error
        try:
            await self.say_again("finish_run", **fields)
        except RunOver:
            pass
        finally:
            self.end()

    async def _open(self) -> None:
        async with self._opening:
            if not self._opened:
                await self.say_again("open_message")
                self._opened = True

    async def _put_question(self, name: str) -> None:
        if found := self._asks.get(name):
            answer = await self.say_again("request_approval", **found[0])
            if answer.get("decision"):
                self.decided({"approval": name, "decision": answer["decision"]})

    async def ask_again(self) -> None:
        """After a cut: what was decided meanwhile is in the answer to the same question."""
        for name in list(self._asks):
            await self._put_question(name)

    def decided(self, frame: Frame) -> None:
        """The server says what people decided."""
        found = self._asks.get(frame["approval"])
        if found and not found[1].done():
            found[1].set_result(frame["decision"])

    def stop_tool(self, frame: Frame) -> None:
        """The server says that a tool call is to stop."""
        if tool := self._tools.get(frame["tool_call"]):
            tool.stop(frame)

    def steer(self, message: Message) -> None:
        """The server says that a message arrived meanwhile."""
        if not self._steered.full():
            self._steered.put_nowait(message)

    def end(self) -> None:
        """Nothing more of this run is accepted."""
        self.over.set()
