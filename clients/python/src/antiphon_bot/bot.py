"""A bot: serves its runs over one connection, and keeps them through every cut."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Literal

from .errors import BotError
from .link import Link, Token
from .words import Frame, Held
from .work import Handler, RunAtWork

log = logging.getLogger("antiphon_bot")

HEARTBEATS_PER_LEASE = 3
"""A heartbeat goes out so often while the bot may be silent once: two may be lost."""
LEASE = 30.0
"""Until the server says otherwise."""
DRAIN = 10.0
"""Seconds for which ``close`` lets runs go on by themselves."""

State = Literal["connecting", "serving", "closed"]


class Bot:
    """Connects with a bot's token and hands each run to the handler.

    ``url`` is where the server is, as in ``http://127.0.0.1:8080``; ``token`` the bot's, or a function that knows it;
    ``concurrency`` how many runs at a time (never more than the bot's registration allows, and as many if left out: 8
    where it says nothing); ``steer=True`` takes messages into the work under way (``run.steered()``); ``on_error`` is
    told what a handler raised, and the run's id, instead of the log.
    """

    def __init__(
        self,
        url: str,
        token: Token,
        *,
        concurrency: int | None = None,
        steer: bool = False,
        on_error: Callable[[Exception, str], None] | None = None,
    ) -> None:
        self._link = Link(url, token, greet=self._serve, hear=self._hear, on_ready=self._ready)
        self._concurrency, self._steer = concurrency, steer
        self._on_error = on_error or _log_error
        self._handler: Handler | None = None
        self._runs: dict[str, tuple[RunAtWork, asyncio.Task[None]]] = {}
        self._lease = LEASE
        self._granted: int | None = None
        self._draining = False
        self._connecting: asyncio.Task[None] | None = None
        self._closed = asyncio.Event()
        self._heart: asyncio.Task[None] | None = None
        self._errands: set[asyncio.Task[None]] = set()

    @property
    def state(self) -> State:
        """How the bot is."""
        if self._closed.is_set():
            return "closed"
        return "serving" if self._link.ready.is_set() else "connecting"

    @property
    def concurrency(self) -> int | None:
        """How many runs at a time the server gives at most; known once it serves."""
        return self._granted

    def on_run(self, handler: Handler) -> Handler:
        """The function that works on a run: ``@bot.on_run``. Returning completes the run, raising fails it."""
        self._handler = handler
        return handler

    def run_forever(self, *, drain: float = DRAIN) -> None:
        """Serves until SIGTERM or Ctrl-C, then closes; at the second one without waiting. For programs of their own."""
        asyncio.run(self._serve_until_told(drain))

    async def serve(self) -> None:
        """Serves until ``close``, or until the server refuses the bot for good, which is an exception.

        Cancelled, it hands back what is at work.
        """
        if self._handler is None:
            raise BotError("no handler: write one and put @bot.on_run before it")
        if self._connecting is not None or self._draining:
            raise BotError("a bot serves once")
        self._connecting = asyncio.create_task(self._link.run())
        try:
            await asyncio.wait({self._connecting})
        except asyncio.CancelledError:
            await self._drain(0)
            raise
        finally:
            self._connecting.cancel()
            await asyncio.wait({self._connecting})
            self._end()
        if not self._connecting.cancelled():
            self._connecting.result()

    async def close(self, *, drain: float = DRAIN) -> None:
        """Takes no more runs, lets those at work come to their end, and disconnects.

        What takes longer than ``drain`` seconds is handed back.
        """
        await self._drain(drain)
        if self._connecting is not None:
            self._connecting.cancel()
            await self._closed.wait()

    async def _serve_until_told(self, drain: float) -> None:
        loop = asyncio.get_running_loop()

        def leave() -> None:
            self._errand(self.close(drain=0 if self._draining else drain))

        for number in (signal.SIGTERM, signal.SIGINT):
            # Not everywhere, and not in every thread; then Ctrl-C is an exception as usual.
            with suppress(NotImplementedError, RuntimeError):
                loop.add_signal_handler(number, leave)
        await self.serve()

    async def _drain(self, patience: float) -> None:
        self._draining = True
        if self._link.ready.is_set():
            with suppress(BotError):
                await self._serve()
        await self._idle(patience)
        grace = self._lease / HEARTBEATS_PER_LEASE
        for run, _ in self._runs.values():
            # Half of the time for the handler, half to tell the server.
            run.leave(grace / 2)
        if self._link.ready.is_set():
            await self._idle(grace)

    async def _idle(self, seconds: float) -> None:
        """Returns when nothing is at work, or after so many seconds."""
        if works := [work for _, work in self._runs.values()]:
            await asyncio.wait(works, timeout=seconds)

    async def _serve(self) -> None:
        """First thing on every connection: says what is held, and hears what goes on."""
        wanted = 0 if self._draining else self._concurrency
        fields = {} if wanted is None else {"concurrency": wanted}
        holding = self._held()
        serving = await self._link.ask("serve_runs", steer=self._steer, holding=holding, **fields)
        self._lease, self._granted = serving["lease_ms"] / 1000, serving["concurrency"]
        self._lose(serving["lost"], holding)

    def _held(self) -> list[Held]:
        return [run.desk.held for run, _ in self._runs.values()]

    def _ready(self, ready: bool) -> None:
        if self._heart is not None:
            self._heart.cancel()
            self._heart = None
        if not ready:
            return
        self._heart = asyncio.create_task(self._beat())
        for run, _ in self._runs.values():
            run.reconnected()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._lease / HEARTBEATS_PER_LEASE)
            self._errand(self._say_alive(self._held()))

    async def _say_alive(self, held: list[Held]) -> None:
        if held:
            alive = await self._link.ask("run_heartbeat", runs=held)
            self._lose(alive["lost"], held)

    def _lose(self, lost: list[str], of: list[Held]) -> None:
        """Of these runs some are not this bot's any more; another attempt may have come to it meanwhile."""
        for held in of:
            if held["run"] in lost and (run := self._find(held["run"])) and run.desk.held == held:
                self._let_go(held["run"], "the run was taken from this bot")

    def _hear(self, event: Frame) -> None:
        kind = event.get("type")
        if kind == "run":
            self._begin(event)
            return
        run = self._find(event.get("run"))
        if run is None or event.get("attempt", run.desk.held["attempt"]) != run.desk.held["attempt"]:
            return
        if kind == "run_over":
            self._let_go(run.desk.held["run"], f"the run has ended: {event.get('state')}")
        elif kind == "cancel_run":
            run.cancel(event)
        else:
            run.hear(event)

    def _begin(self, offer: Frame) -> None:
        held: Held = {"run": offer["run"]["run"], "attempt": offer["run"].get("attempt", 1)}
        before = self._find(held["run"])
        if before is not None and before.desk.held == held:
            return  # Offered again after a cut.
        self._let_go(held["run"], "another attempt of the run has begun")
        run = RunAtWork(offer, held, self._link)
        self._runs[held["run"]] = (run, asyncio.create_task(self._work(run)))
        # From now on a cut does not offer it again.
        self._errand(self._say_alive([held]))

    def _find(self, name: Any) -> RunAtWork | None:
        run, _ = self._runs.get(name, (None, None)) if isinstance(name, str) else (None, None)
        return run

    async def _work(self, run: RunAtWork) -> None:
        assert self._handler is not None, "looked at before the connection was made"
        fault = await run.work(self._handler)
        name = run.desk.held["run"]
        if self._find(name) is run:
            del self._runs[name]
        if fault is not None:
            self._on_error(fault, name)

    def _let_go(self, name: str, why: str) -> None:
        run, _ = self._runs.pop(name, (None, None))
        if run is not None:
            run.desk.end(why)

    def _end(self) -> None:
        self._closed.set()
        self._ready(False)
        for name in list(self._runs):
            self._let_go(name, "the bot was closed")

    def _errand(self, work: Coroutine[Any, Any, None]) -> None:
        """Has something done that nobody waits for."""

        async def do() -> None:
            try:
                await work
            except BotError as fault:
                # The connection has ended; what is held is said on the next.
                log.debug("%s", fault)

        task = asyncio.create_task(do())
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)


def _log_error(fault: Exception, run: str) -> None:
    log.error("run %s failed: %s", run, fault, exc_info=fault)
