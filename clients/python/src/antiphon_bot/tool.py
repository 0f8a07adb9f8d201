"""A tool call that people can watch and stop."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .errors import RefusedError, ToolCancelled
from .stream import Stream
from .words import Decision, Frame, Role

if TYPE_CHECKING:
    from .run import Run

Work = Callable[["Tool"], Awaitable[Any]]


class Tool:
    """A call at work. Its function gets it, and is cancelled when somebody stops the call."""

    def __init__(self, run: Run, name: str, arguments: Any) -> None:
        self.id = str(uuid.uuid4())
        self.name, self.arguments = name, arguments
        self._run = run
        self._value: Frame = {}
        self._stream: Stream | None = None
        self._task: asyncio.Task[Any] | None = None
        self._stopped_by: Frame | None = None

    async def progress(self, fraction: float | None = None, message: str | None = None) -> None:
        """Says how far it is: from 0 to 1 if that is known, and in words."""
        progress = {"fraction": fraction, "message": message}
        await self._tell(progress={key: value for key, value in progress.items() if value is not None})

    async def output(self, text: str) -> None:
        """Adds to the live output."""
        assert self._stream is not None, "a tool that is at work has its part"
        await self._stream.write(text)

    async def ask(self, prompt: str, **ask: Any) -> Decision:
        """Asks people whether it may go on; see ``Run.ask``."""
        return await self._run.ask(prompt, tool=self.name, tool_call=self.id, arguments=self.arguments, **ask)

    async def work(self, function: Work, title: str | None, timeout: float | None, visible_to: Role | None) -> Any:
        """Announces the call, does it, and tells how it ended."""
        fields: Frame = {"visible_to": visible_to, "timeout_ms": None if timeout is None else int(timeout * 1000)}
        self._value = {"type": "tool_call", "tool_call": self.id, "name": self.name, "arguments": self.arguments}
        self._value |= {"title": title} if title else {}
        self._value |= {"state": "running", "output": ""}
        extra = {key: value for key, value in fields.items() if value is not None}
        self._stream = Stream(self._run, await self._run.open_part(self._value, **extra))
        self._task = asyncio.create_task(self._call(function))
        try:
            result = await self._task
        except asyncio.CancelledError:
            if self._stopped_by is None:
                self._task.cancel()
                raise
            with suppress(RefusedError):  # The server may have closed it already.
                await self._end("cancelled")
            raise ToolCancelled(self._stopped_by.get("reason", "somebody stopped it")) from None
        except Exception as fault:
            await self._end("failed", error=str(fault) or type(fault).__name__)
            raise
        await self._end("completed", result=result)
        return result

    async def _call(self, function: Work) -> Any:
        return await function(self)

    def stop(self, frame: Frame) -> None:
        """The server says that somebody stopped the call, or that it took too long."""
        slow = frame.get("outcome") == "forced"
        self._stopped_by = {**frame, "reason": "it took too long" if slow else "somebody stopped it"}
        if self._task is not None:
            self._task.cancel()

    async def _end(self, state: str, **fields: Any) -> None:
        if self._stream is not None:
            await self._stream.drain()
        await self._tell(state=state, **fields)

    async def _tell(self, **fields: Any) -> None:
        assert self._stream is not None, "a tool that is at work has its part"
        self._value |= fields
        await self._run.say_again("put_part", part=self._stream.part, value=self._value)
