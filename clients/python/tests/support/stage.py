"""What a test can set up: a server, a network before it, people, and bots. All of it ends with the test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from typing import Any

from antiphon_bot import Bot, BotError, Handler

from .person import Person
from .proxy import Proxy
from .server import TOKEN, Server


class Stage:
    """What a test has set up. All of it ends with the test."""

    def __init__(self, ends: AsyncExitStack) -> None:
        self._ends = ends
        self.errors: list[Exception] = []
        """What handlers raised."""

    async def server(self, bot: str = "", settings: str = "") -> Server:
        """A server that knows the bot; ``bot`` and ``settings`` are lines of its settings file."""
        server = Server(settings, bot)
        self._ends.push_async_callback(server.stop)
        await server.start()
        return server

    async def proxy(self, server: Server) -> Proxy:
        """A network before it that breaks when it is told to."""
        proxy = Proxy(server.port)
        self._ends.push_async_callback(proxy.stop)
        await proxy.start()
        return proxy

    async def person(self, server: Server) -> Person:
        """Somebody in a private room with the bot."""
        return await (await self._connection(server, None)).enter()

    async def rival(self, server: Server) -> Person:
        """A plain connection with the bot's token: another program of the same bot."""
        return await self._connection(server, TOKEN)

    def bot(self, url: str, handler: Handler, **options: Any) -> Bot:
        """The bot, at work; at the end of the test it hands back what it has not ended."""
        options = {"token": TOKEN, "on_error": lambda fault, _: self.errors.append(fault), **options}
        bot = Bot(url, **options)
        bot.on_run(handler)
        serving = asyncio.create_task(bot.serve())

        async def end() -> None:
            await bot.close(drain=0)
            with suppress(BotError):
                await serving

        self._ends.push_async_callback(end)
        return bot

    async def _connection(self, server: Server, token: str | None) -> Person:
        person = await Person.sign_in(server, token)
        self._ends.push_async_callback(person.leave)
        return person


async def until(what: str, is_so: Callable[[], bool], within: float = 30.0) -> None:
    """Returns when it is so."""

    async def poll() -> None:
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    try:
        await asyncio.wait_for(poll(), within)
    except asyncio.TimeoutError:
        raise AssertionError(f"{what}: not within {within} s") from None
