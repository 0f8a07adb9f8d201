"""The answer as the bot has it, and the loop that brings the server's up to it.

What differs is said, as one round of requests at a time. A cut makes the loop look again at what the server has;
nothing is remembered of what was on its way.
"""

from __future__ import annotations

import asyncio

from .desk import Desk, is_over
from .errors import BotError, RefusedError
from .part import Part, Step
from .words import Frame, Role

GATHER = 0.03
"""Seconds between two rounds at least: the first words go at once, those that follow soon go together."""
MOST_SURPRISES = 5
"""How often in a row the server may have something else than was thought, before that is taken to be an error."""


class Draft:
    """The answer of a run, growing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._parts: list[Part] = []
        self._refused: list[Part] = []
        """Parts of which the server wanted no more."""
        self._is_current = False
        """Whether what the parts know of the server is so."""
        self._opened = False
        self._surprises = 0
        self._loop: asyncio.Task[None] | None = None
        self._round_at = -GATHER
        self._fault: BotError | None = None
        self._is_ending = False
        """Nothing follows: there is nothing to gather."""
        desk.on_over(self._fail)

    def open(self, value: Frame, *, visible_to: Role | None = None, timeout: float | None = None) -> Part:
        """Adds a part."""
        self._desk.check()
        if self._fault:
            raise self._fault
        extra: Frame = {} if visible_to is None else {"visible_to": visible_to}
        if timeout is not None:
            extra["timeout_ms"] = round(timeout * 1000)
        part = Part(value, extra, self._wake)
        self._parts.append(part)
        self._wake()
        return part

    def is_last(self, part: Part) -> bool:
        """Whether this is the last part, so that words that follow go into it."""
        return bool(self._parts) and self._parts[-1] is part

    async def settled(self) -> None:
        """Returns when the server has everything. Raises what it refused, if nobody was told of that."""
        self._is_ending = True
        for part in self._parts:
            part.complete()
        self._wake()
        while self._loop is not None:
            await asyncio.shield(self._loop)
        self._desk.check()
        if self._fault:
            raise self._fault
        for part in self._refused:
            if part.error and not part.is_told:
                raise part.error

    def reconnected(self) -> None:
        """The connection is another one: what was on its way may be lost."""
        self._is_current = False
        if self._opened:
            self._wake()

    def _wake(self) -> None:
        if self._loop is None and not self._desk.is_over:
            self._loop = asyncio.create_task(self._run())

    def _fail(self, error: BotError) -> None:
        for part in self._parts:
            part.fail(error)

    async def _run(self) -> None:
        try:
            while any(part.is_behind for part in self._parts):
                await self._gather()
                await self._desk.ready()
                if not self._is_current:
                    await self._look()
                await self._round()
        except BotError as fault:
            self._fault = fault
            self._fail(fault)
        finally:
            # In the same breath as the look at the parts: what is said later starts it again.
            self._loop = None

    async def _look(self) -> None:
        """Finds out what the server has; opens the answer if that was not done."""
        opened = await self._desk.insist("open_message")
        self._opened = True
        ends = {held["part"]: held["end"] for held in opened["parts"]}
        for index, part in enumerate(self._parts):
            if not part.stands_at(ends.get(index)):
                raise BotError("the server has another text of this answer")
        self._is_current = True

    async def _gather(self) -> None:
        now = asyncio.get_running_loop().time
        wait = self._round_at + GATHER - now()
        if wait > 0 and not self._is_ending:
            await self._desk.pause(wait)
        self._round_at = now()

    async def _round(self) -> None:
        steps = [step for index, part in enumerate(self._parts) for step in part.next(index)]
        worst: BotError | None = None
        for step, answer in zip(steps, await self._desk.say([step.saying for step in steps]), strict=True):
            if isinstance(answer, BotError):
                worst = self._bear(step, answer) or worst
            else:
                step.done()
        if worst is None:
            self._surprises = 0
            return
        self._is_current = False
        if worst.code != "conflict":
            await self._desk.bear(worst)
            return
        self._surprises += 1
        if self._surprises > MOST_SURPRISES:
            raise worst

    def _bear(self, step: Step, error: BotError) -> BotError | None:
        """Deals with a refusal that is about one part. Returns an error after which it is to be looked again."""
        part = step.part
        if is_over(error) or not isinstance(error, RefusedError) or error.retryable:
            return error
        if error.code == "conflict":
            # The server closes tool calls that are stopped or too slow, and takes nothing more of them.
            if not part.is_tool or not part.opened:
                return error
            part.close()
            return None
        part.refused(step.saying[0], error)
        self._refused.append(part)
        if not part.opened:
            self._parts = [other for other in self._parts if other is not part]
        # Those behind it stand elsewhere now.
        return RefusedError({"code": "conflict", "message": str(error)})
