"""A run at work, as the bot's connection sees it: the handler's work, and how the run ends by it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from .desk import Desk
from .errors import BotError, RunOver, ToolCancelled
from .link import Link
from .run import Run
from .tool import call, seconds_until, words_of
from .words import Ending, Frame, Held

Handler = Callable[[Run], Awaitable[None]]
"""What a bot does with a run. Returning completes it, raising fails it with the error's message."""


class RunAtWork:
    """A run, its handler, and the task in which that works."""

    def __init__(self, offer: Frame, held: Held, link: Link) -> None:
        self.desk = Desk(held, link)
        self.run = Run(offer, self.desk)
        self._handling: asyncio.Task[None] | None = None
        self._stopped_as: Ending | None = None
        """How the run ends because somebody wanted it stopped."""
        self.desk.on_over(self._stop_at_once)

    async def work(self, handler: Handler) -> Exception | None:
        """Lets the handler work, and ends the run as the handler did. Returns what it raised."""
        self._handling = asyncio.create_task(call(handler, self.run))
        if self._stopped_as:
            self._handling.cancel()  # Somebody was faster.
        await asyncio.wait({self._handling})
        fault = self._fault_of(self._handling)
        if self.desk.is_over:
            return None
        try:
            await self.run._draft.settled()
        except RunOver:
            return None
        except BotError as refusal:
            # The server did not want all of the answer, and the handler did not look.
            fault = fault or refusal
        return await self._finish(fault)

    async def _finish(self, fault: Exception | None) -> Exception | None:
        """Tells how it ended. Returns what the bot has to hear of."""
        ending: Ending = self._stopped_as or ("completed" if fault is None else "failed")
        fields: Frame = {"ending": ending, "usage": self.run._usage}
        if ending == "failed" and fault is not None:
            fields["error"] = words_of(fault)
        elif ending == "interrupted":
            fields["error"] = "the bot was stopped"
        try:
            await self.desk.insist("finish_run", **fields)
        except RunOver:
            pass  # Whoever ended it was faster.
        except BotError as refusal:
            fault = fault or refusal
        finally:
            self.desk.end()
        return fault if ending == "failed" else None

    def cancel(self, event: Frame) -> None:
        """Somebody wants it stopped."""
        self._stop("cancelled", "somebody stopped the run", seconds_until(event.get("deadline")))

    def leave(self, grace: float) -> None:
        """The program ends: the run goes back to whom it belongs."""
        self._stop("interrupted", "the bot was stopped", grace)

    def hear(self, event: Frame) -> None:
        """Anything else that the server tells about it."""
        kind = event["type"]
        if kind == "cancel_tool":
            self.run._tools.stop(event)
        elif kind == "steer":
            self.run._steered.add(event["message"])
        elif kind == "decided":
            self.run._questions.decided(event["approval"], event["decision"])

    def reconnected(self) -> None:
        """The connection is another one."""
        self.run._draft.reconnected()
        self.run._questions.reconnected()

    def _stop(self, ending: Ending, why: str, grace: float) -> None:
        self._stopped_as = self._stopped_as or ending
        self.run._tools.stop_all(ToolCancelled(why), grace)
        self.run._steered.end()
        if self._handling is not None:
            self._handling.cancel()

    def _stop_at_once(self, over: RunOver) -> None:
        self._stop("cancelled", str(over), 0)

    def _fault_of(self, handling: asyncio.Task[None]) -> Exception | None:
        if handling.cancelled():
            # Without anybody who wanted that: a wait inside of it was cancelled.
            return None if self._stopped_as else BotError("the bot gave up")
        fault = handling.exception()
        if fault is None or isinstance(fault, Exception):
            return None if self._stopped_as else fault
        raise fault
