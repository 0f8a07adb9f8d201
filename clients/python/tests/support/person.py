"""A person in a private room with the bot, over the plain wire: says something, and follows what comes of it."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from .server import BOT, Server

Frame = dict[str, Any]

PATIENCE = 30.0
FINAL = ("completed", "failed", "cancelled", "timed_out", "interrupted")


@dataclass
class Outcome:
    """How a message was answered."""

    run: Frame
    states: list[str]
    """All states that the room was told, in order."""
    parts: list[Frame]
    """What the bot said."""

    @property
    def state(self) -> str:
        return str(self.run["state"])

    @property
    def words(self) -> str:
        """The text parts, a paragraph each."""
        return "\n\n".join(part["text"] for part in self.parts if part["type"] == "text")

    @property
    def tools(self) -> list[Frame]:
        return [part for part in self.parts if part["type"] == "tool_call"]


class Person:
    """One connection in one room; nothing retries, and every frame is kept."""

    def __init__(self, server: Server, socket: ClientConnection, token: str, room: str) -> None:
        self._server, self._socket, self._token, self.room = server, socket, token, room
        self.frames: list[Frame] = []
        self._news = asyncio.Condition()
        self._answers: dict[int, asyncio.Future[Frame]] = {}
        self._ref = 0
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def sign_in(cls, server: Server, token: str | None = None) -> Person:
        """Whoever has the token; without one a guest."""
        if token is None:
            token = (await server.rest("/guests", body={"name": "Mara"}))["token"]
        url = f"{server.url.replace('http', 'ws')}/v1/ws"
        socket = await connect(url, subprotocols=[Subprotocol("antiphon.v1")], max_size=None)
        person = cls(server, socket, token, str(uuid.uuid4()))
        await person.ask("authenticate", token=token)
        return person

    async def enter(self) -> Person:
        """Goes into a private room with the bot, which answers everything there."""
        await self.ask("create_room", id=self.room, name="Talk", kind="session", members=[BOT])
        await self.ask("join_room", room=self.room)
        return self

    async def ask(self, request: str, /, **fields: Any) -> Frame:
        """Asks for something of the protocol; a refusal is an exception."""
        self._ref += 1
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._answers[self._ref] = answer
        await self._socket.send(json.dumps({"type": request, "ref": self._ref, **fields}))
        reply = await asyncio.wait_for(answer, PATIENCE)
        if reply["type"] == "error":
            raise RuntimeError(f"{request} was refused: {reply}")
        return reply

    async def say(self, text: str) -> str:
        """Says something, and returns the id of the message once it is committed."""
        message = str(uuid.uuid4())
        await self.ask("send_message", room=self.room, id=message, text=text)
        return message

    async def frame(self, what: str, is_it: Callable[[Frame], bool], after: int = 0) -> Frame:
        """The first such frame, of those that have come or are to come."""

        async def found() -> Frame:
            async with self._news:
                while True:
                    if hit := next((frame for frame in self.frames[after:] if is_it(frame)), None):
                        return hit
                    await self._news.wait()

        try:
            return await asyncio.wait_for(found(), PATIENCE)
        except asyncio.TimeoutError:
            last = "\n".join(json.dumps(frame) for frame in self.frames[-20:])
            raise AssertionError(f"{what}: not within {PATIENCE} s; the last frames:\n{last}") from None

    async def run_is(self, trigger: str, *states: str) -> Frame:
        """Waits until the run of a message is in one of these states."""
        return await self.frame(
            f"a run that is {states}",
            lambda frame: frame["type"] == "run_changed" and frame["trigger"] == trigger and frame["state"] in states,
        )

    async def tool_is(self, state: str) -> str:
        """Waits until a tool call is in this state, and returns its id."""
        said = await self.frame(
            f"a tool that is {state}", lambda frame: frame["type"] == "tool_changed" and frame["state"] == state
        )
        return str(said["tool_call"])

    async def words(self) -> Frame:
        """Waits for the first words of an answer."""
        return await self.frame("words", lambda frame: frame["type"] in ("part", "append"))

    async def outcome(self, trigger: str) -> Outcome:
        """Waits until a message is answered, however that ends."""
        run = await self.run_is(trigger, *FINAL)
        told = [frame for frame in self.frames if frame["type"] == "run_changed" and frame["trigger"] == trigger]
        log = await self._server.rest(f"/rooms/{self.room}/entries?after=0&limit=200", self._token)
        messages = [entry["message"] for entry in log["entries"] if entry["type"] == "message"]
        answer: Frame = next((message for message in messages if message.get("run") == run["run"]), {"parts": []})
        return Outcome(run, [frame["state"] for frame in told], answer["parts"])

    async def answer(self, text: str) -> Outcome:
        """Says something and waits until it is answered."""
        return await self.outcome(await self.say(text))

    async def leave(self) -> None:
        """Disconnects."""
        self._reading.cancel()
        await self._socket.close()

    async def _read(self) -> None:
        async for text in self._socket:
            frames = [json.loads(line) for line in str(text).split("\n") if line]
            async with self._news:
                self.frames += frames
                self._news.notify_all()
            for frame in frames:
                if frame["type"] == "ping":
                    await self._socket.send('{"type":"pong"}')
                if answer := self._answers.pop(frame.get("ref", 0), None):
                    answer.set_result(frame)
