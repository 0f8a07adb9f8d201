"""Tool calls that people can watch, allow and stop."""

from __future__ import annotations

import asyncio
import inspect
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any, TypeVar

from .ask import Question, Questions
from .draft import Draft
from .errors import BotError, Denied, ToolCancelled, ToolTimedOut, TryAgain
from .part import Part, plain
from .words import Decision, Frame, Role

MOST_GRACE = 5.0
"""A stopped tool has until the server's deadline to end, and no longer than this: clocks differ."""

A = TypeVar("A")
T = TypeVar("T")
Work = Callable[["Tool"], Awaitable[T]]
"""What a tool does. What it returns, or raises, is what the room sees of it."""


class Tool:
    """A tool at work. Its function gets it, and is cancelled when somebody stops the call or it takes too long."""

    def __init__(self, name: str, arguments: Any, part: Part) -> None:
        self.name = name
        self.arguments = arguments
        """What it is called with; other than announced if whoever approved it changed them."""
        self._part = part

    @property
    def id(self) -> str:
        """The call's id."""
        return str(self._part.value["tool_call"])

    async def progress(self, fraction: float | None = None, message: str | None = None) -> None:
        """Says how far it is: from 0 to 1 if that is known, and in words. The latest counts."""
        said = {"fraction": fraction, "message": message}
        progress = {key: value for key, value in said.items() if value is not None}
        self._part.change({**self._part.value, "progress": progress})
        # A tool that does nothing else can be stopped here.
        await asyncio.sleep(0)

    async def output(self, words: str) -> None:
        """Adds to the live output. Returns at once, unless much is waiting to be heard."""
        await self._part.grow(words)


class Call:
    """A call, from its announcement to its end."""

    def __init__(self, tool: Tool, part: Part) -> None:
        self._tool, self._part = tool, part
        self._stopped: asyncio.Future[ToolCancelled] = asyncio.get_running_loop().create_future()
        self._grace = MOST_GRACE

    def stop(self, reason: ToolCancelled, grace: float) -> None:
        """Somebody wants it stopped, or it took too long: it has so many seconds to end by itself."""
        if not self._stopped.done():
            self._grace = max(0.0, min(MOST_GRACE, grace))
            self._stopped.set_result(reason)

    async def approve(self, questions: Questions, question: Question) -> None:
        """Asks first. Raises if people said no."""
        tool = self._tool
        try:
            await self._part.heard()
            subject = {"tool_call": tool.id, "tool": tool.name, "arguments": tool.arguments}
            decision = await questions.ask(question, subject)
        except asyncio.CancelledError:
            self._close({"state": "cancelled"})
            raise
        except BotError as fault:
            self._close({"state": "failed", "error": words_of(fault)})
            raise
        if decision.get("action") != "approve":
            raise await self._denied(decision)
        tool.arguments = decision.get("arguments", tool.arguments)
        self._part.change({**self._part.value, "state": "running", "arguments": tool.arguments})

    async def work(self, function: Work[T]) -> T:
        """Does the work, and tells how it ended."""
        task = asyncio.create_task(call(function, self._tool))
        first: set[asyncio.Future[Any]] = {task, self._stopped}
        try:
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            # The run is to stop, or whoever waits for the call does not any more.
            await self._leave(task, {"state": "cancelled"})
            raise
        if self._stopped.done():
            stop = self._stopped.result()
            await self._leave(task, {"state": "timed_out" if isinstance(stop, ToolTimedOut) else "cancelled"})
            raise stop
        if task.cancelled():
            self._close({"state": "cancelled"})
            raise ToolCancelled("the tool has given up")
        try:
            result = task.result()
            end: Frame = {"state": "completed", "result": plain(result)}
        except Exception as fault:
            failed: Frame = {"state": "failed", "error": words_of(fault)}
            self._close({**failed, "retryable": True} if isinstance(fault, TryAgain) else failed)
            raise
        self._close(end)
        await self._heard()
        return result

    async def _leave(self, task: asyncio.Task[Any], end: Frame) -> None:
        """Cancels the work, and waits for as long as it may take to end. What comes of it is of no interest."""
        task.cancel()
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            await asyncio.wait({task}, timeout=self._grace)
        finally:
            self._close(end)

    async def _denied(self, decision: Decision) -> BotError:
        """Says that it does not run, and is the error that says why."""
        reason = decision.get("reason") or "people said no"
        is_withdrawn = decision.get("cause") == "withdrawn"
        self._close({"state": "cancelled"} if is_withdrawn else {"state": "denied", "error": reason})
        await self._heard()
        return ToolCancelled() if is_withdrawn else Denied(reason)

    def _close(self, end: Frame) -> None:
        self._part.finish({**self._part.value, **end})

    async def _heard(self) -> None:
        try:
            await self._part.heard()
        except BotError as error:
            # The server has closed it already, or the run: there is nobody left to be told.
            if error.code == "too_large":
                raise


class Tools:
    """The tool calls of one run that are at work."""

    def __init__(self, draft: Draft, questions: Questions) -> None:
        self._draft, self._questions = draft, questions
        self._calls: dict[str, Call] = {}

    async def run(
        self,
        name: str,
        work: Work[T],
        arguments: Any,
        *,
        title: str | None,
        timeout: float | None,
        visible_to: Role | None,
        approval: Question | None,
        parent: str | None,
    ) -> T:
        """Runs one, from its announcement to its end."""
        arguments = plain(arguments)
        value: Frame = {"type": "tool_call", "tool_call": str(uuid.uuid4()), "name": name, "arguments": arguments}
        value["state"] = "running" if approval is None else "pending"
        if title is not None:
            value["title"] = title
        if parent is not None:
            value["parent"] = parent
        part = self._draft.open(value, visible_to=visible_to, timeout=timeout)
        tool = Tool(name, arguments, part)
        at_work = self._calls[tool.id] = Call(tool, part)
        try:
            if approval is not None:
                await at_work.approve(self._questions, approval)
            return await at_work.work(work)
        finally:
            del self._calls[tool.id]

    def stop(self, event: Frame) -> None:
        """Somebody wants one stopped, or it took too long."""
        is_slow = event.get("outcome") == "forced" or event.get("by") == "system"
        if at_work := self._calls.get(event["tool_call"]):
            at_work.stop(ToolTimedOut() if is_slow else ToolCancelled(), seconds_until(event.get("deadline")))

    def stop_all(self, reason: ToolCancelled, grace: float) -> None:
        """The run is to stop."""
        for at_work in self._calls.values():
            at_work.stop(reason, grace)


async def call(function: Callable[[A], Awaitable[T]], argument: A) -> T:
    """Calls what somebody else has written, in a task of its own: what it raises at once is raised there as well."""
    work = function(argument)
    if not inspect.isawaitable(work):
        raise TypeError(f"{getattr(function, '__name__', function)} has to be `async def`")
    return await work


def seconds_until(deadline: Any) -> float:
    """How long it is until then, by this machine's clock."""
    with suppress(ValueError, AttributeError):
        then = datetime.fromisoformat(deadline.replace("Z", "+00:00"))
        return (then - datetime.now(timezone.utc)).total_seconds()
    return MOST_GRACE


def words_of(fault: BaseException) -> str:
    """What anything that was raised says."""
    return str(fault) or type(fault).__name__
