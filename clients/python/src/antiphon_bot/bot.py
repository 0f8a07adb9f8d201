"""A bot: serves its runs over one connection, and keeps them through every cut."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from .errors import BotError
from .link import ConnectionLost, Link
from .run import Run
from .words import Frame

log = logging.getLogger("antiphon_bot")

Handler = Callable[[Run], Awaitable[None]]
HEARTBEATS_PER_LEASE = 3


class Bot:
    """Connects with a bot's token and hands each run to the handler.

    ``url`` is the server's WebSocket, as in ``ws://127.0.0.1:8080/v1/ws``; ``concurrency`` how many runs at a time.
    """

    def __init__(self, url: str, token: str, *, concurrency: int = 8, steer: bool = False) -> None:
        self._link = Link(url, token, self._serve, self._hear)
        self._concurrency, self._steer = concurrency, steer
        self._handler: Handler | None = None
        self._runs: dict[str, tuple[Run, asyncio.Task[None]]] = {}
        self._lease = 30.0
        self._errands: set[asyncio.Task[None]] = set()

    def on_run(self, handler: Handler) -> Handler:
        """The function that works on a run: ``@bot.on_run``."""
        self._handler = handler
        return handler

    def run_forever(self) -> None:
        """Serves until interrupted. For programs that do nothing else."""
        try:
            asyncio.run(self.serve())
        except KeyboardInterrupt:
            pass

    async def serve(self) -> None:
        """Serves until cancelled, or until the server refuses the token. Runs at work then end as interrupted."""
        if self._handler is None:
            raise BotError("no handler: write one and put @bot.on_run before it")
        link = asyncio.create_task(self._link.run())
        heart = asyncio.create_task(self._beat())
        try:
            await asyncio.wait({link, heart}, return_when=asyncio.FIRST_COMPLETED)
            link.result()
        except asyncio.CancelledError:
            await self._stop_runs()
            raise
        finally:
            for task in (link, heart, *(task for _, task in self._runs.values())):
                task.cancel()
            await asyncio.gather(link, heart, return_exceptions=True)

    async def _serve(self) -> None:
        """First thing on every connection: says what is held, and hears what goes on."""
        holding = [{"run": run.id, "attempt": run.attempt} for run, _ in self._runs.values()]
        serving = await self._link.ask_first(
            "serve_runs", concurrency=self._concurrency, steer=self._steer, holding=holding
        )
        self._lease = serving["lease_ms"] / 1000
        for lost in serving.get("lost", []):
            self._let_go(lost)
        for run, _ in self._runs.values():
            self._errand(run.ask_again())

    def _hear(self, frame: Frame) -> None:
        kind = frame.get("type")
        if kind == "run":
            self._begin(frame)
            return
        found = self._runs.get(frame.get("run", "")) if isinstance(frame.get("run"), str) else None
        if found is None:
            return
        run, task = found
        if kind == "run_over":
            self._let_go(run.id)
        elif frame.get("attempt", run.attempt) != run.attempt:
            pass
        elif kind == "cancel_run":
            task.cancel()
        elif kind == "cancel_tool":
            run.stop_tool(frame)
        elif kind == "decided":
            run.decided(frame)
        elif kind == "steer":
            run.steer(frame["message"])

    def _begin(self, offer: Frame) -> None:
        run = Run(self._link, offer)
        held = self._runs.get(run.id)
        if held is not None:
            if held[0].attempt == run.attempt:
                return  # Offered again after a cut.
            self._let_go(run.id)
        assert self._handler is not None, "looked at before the connection was made"
        task = asyncio.create_task(run.work(self._handler))
        self._runs[run.id] = (run, task)
        task.add_done_callback(lambda done: self._done(run, done))

    def _done(self, run: Run, task: asyncio.Task[None]) -> None:
        if self._runs.get(run.id, (None,))[0] is run:
            del self._runs[run.id]
        if not task.cancelled() and (fault := task.exception()):
            log.error("run %s: %s", run.id, fault)

    def _let_go(self, name: str) -> None:
        if found := self._runs.pop(name, None):
            run, task = found
            run.end()
            task.cancel()

    async def _stop_runs(self) -> None:
        tasks = []
        for run, task in list(self._runs.values()):
            run.leaving = True
            task.cancel()
            tasks.append(task)
        if tasks:
            await asyncio.wait(tasks, timeout=self._lease / HEARTBEATS_PER_LEASE)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._lease / HEARTBEATS_PER_LEASE)
            held = [{"run": run.id, "attempt": run.attempt} for run, _ in self._runs.values()]
            if held and self._link.ready.is_set():
                try:
                    await self._link.request("run_heartbeat", runs=held)
                except BotError as fault:
                    log.debug("a heartbeat was not heard: %s", fault)

    def _errand(self, work: Awaitable[None]) -> None:
        async def do() -> None:
            try:
                await work
            except (BotError, ConnectionLost) as fault:
                log.debug("%s", fault)

        task = asyncio.create_task(do())
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)
