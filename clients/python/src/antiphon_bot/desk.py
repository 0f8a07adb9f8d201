"""What everything about one run goes through: it says things again until they are heard, and knows when it is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from .errors import BotError, ConnectionLost, RefusedError, RunOver
from .link import Link, Saying
from .words import Frame, Held

AGAIN_AFTER = 0.5
"""Seconds before something is said again that the server could not do just now."""


class Desk:
    """A run's way to the server."""

    def __init__(self, held: Held, link: Link) -> None:
        self.held = held
        self._link = link
        self._over = asyncio.Event()
        self._why = RunOver("the run is over")
        self._listeners: list[Callable[[RunOver], None]] = []

    @property
    def is_over(self) -> bool:
        """Whether nothing more of the run is accepted, or it was ended."""
        return self._over.is_set()

    def on_over(self, listener: Callable[[RunOver], None]) -> None:
        """Tells it when nothing more of the run is accepted."""
        self._listeners.append(listener)

    def end(self, why: str = "the run is over") -> None:
        """Nothing more of the run is accepted."""
        if self.is_over:
            return
        self._why = RunOver(why)
        self._over.set()
        for listener in self._listeners:
            listener(self._why)

    def check(self) -> None:
        """Raises once the run is over."""
        if self.is_over:
            raise self._why

    async def ready(self) -> None:
        """Returns when something can be said; raises once the run is over."""
        if not self._link.ready.is_set():
            await self._or_over(self._link.ready.wait())
        self.check()

    async def pause(self, seconds: float) -> None:
        """Waits; the end of the run cuts it short."""
        await self._or_over(asyncio.sleep(seconds))

    async def say(self, sayings: Sequence[Saying]) -> list[Frame | BotError]:
        """Says several things in this order. Each has an answer of its own, or an error as it is."""
        answers = await self._link.ask_all([(kind, {**self.held, **fields}) for kind, fields in sayings])
        heard: list[Frame | BotError] = []
        for answer in answers:
            try:
                heard.append(await answer)
            except BotError as error:
                heard.append(error)
        return heard

    async def insist(self, kind: str, **fields: Any) -> Frame:
        """Says something until it is heard. Raises ``RunOver``, or ``RefusedError`` if it was refused for good."""
        while True:
            await self.ready()
            [answer] = await self.say([(kind, fields)])
            if not isinstance(answer, BotError):
                return answer
            await self.bear(answer)

    async def bear(self, error: BotError) -> None:
        """Waits until something may be said again after this error. Raises if it may not."""
        if is_over(error):
            self.end(str(error))
        self.check()
        if isinstance(error, ConnectionLost):
            return
        if not isinstance(error, RefusedError) or not error.retryable:
            raise error
        await self.pause(max(error.retry_after, AGAIN_AFTER))

    async def _or_over(self, what: Coroutine[Any, Any, object]) -> None:
        waits = {asyncio.ensure_future(what), asyncio.ensure_future(self._over.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


def is_over(error: BotError) -> bool:
    """Whether this says that the run is over."""
    return error.code in ("fenced", "not_found", "run_over")
