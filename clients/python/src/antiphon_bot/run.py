"""A run: one message to work on, and the answer that grows meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from .ask import Question, Questions, as_question
from .desk import Desk
from .draft import Draft
from .part import Part, plain
from .steered import Steered
from .tool import Tools, Work
from .words import Activity, Decision, Frame, Message, PlanItem, Role, Room, Usage, text_of

T = TypeVar("T")


class Shown(Generic[T]):
    """Something that is shown and can be replaced."""

    def __init__(self, part: Part, value_of: Callable[[T], Frame]) -> None:
        self._part, self._value_of = part, value_of

    async def update(self, value: T) -> None:
        """Shows this instead. Returns when the server has it."""
        self._part.change(self._value_of(value))
        await self._part.heard()


class Run:
    """What a bot works on. Everything that it says arrives exactly once, whatever the network does meanwhile."""

    def __init__(self, offer: Frame, desk: Desk) -> None:
        self.id = desk.held["run"]
        self.attempt = desk.held["attempt"]
        """How often the run was begun."""
        self.room: Room = offer["room"]
        self.message: Message = offer["trigger"]
        """The message to answer."""
        self.text: str = text_of(self.message)
        """What that message says."""
        self.context: list[Message] = offer.get("context", [])
        """What was said before, the oldest first."""
        self.names: dict[str, str] = offer.get("names", {})
        """Names of those who wrote all that, by id."""
        self._desk, self._draft = desk, Draft(desk)
        self._questions = Questions(desk, self.message["sender"])
        self._tools = Tools(self._draft, self._questions)
        self._steered = Steered()
        self._usage: list[Usage] = []
        self._growing: Part | None = None
        """The text or reasoning that grew last."""

    async def say(self, words: str) -> None:
        """Lets the answer's text grow. Returns at once, unless the connection is slower than the bot."""
        await self._grow("text", words, None)

    async def think(self, words: str, *, visible_to: Role | None = None) -> None:
        """Shows how the bot comes to its answer."""
        await self._grow("reasoning", words, visible_to)

    async def stream(self, words: AsyncIterable[str] | Iterable[str]) -> None:
        """Lets the text grow by what comes, until it ends."""
        if isinstance(words, AsyncIterable):
            async for piece in words:
                await self.say(piece)
        else:
            for piece in words:
                await self.say(piece)

    async def data(self, name: str, value: Any, *, visible_to: Role | None = None) -> Shown[Any]:
        """Shows structured data, with a name that readers know. Returns when the server has it."""
        return await self._show(value, lambda value: {"type": "data", "name": name, "value": plain(value)}, visible_to)

    async def plan(self, items: Sequence[PlanItem], *, visible_to: Role | None = None) -> Shown[Sequence[PlanItem]]:
        """Shows what the bot intends to do; ``update`` shows the next state of it."""
        return await self._show(items, lambda items: {"type": "plan", "items": plain(list(items))}, visible_to)

    async def file(self, name: str, url: str, *, media_type: str, size: int, visible_to: Role | None = None) -> None:
        """Shows a file, by reference. ``size`` is in bytes."""
        value = {"type": "file", "name": name, "url": url, "media_type": media_type, "size": size}
        await self._show(value, lambda value: value, visible_to)

    async def status(self, activity: Activity) -> None:
        """Says what the bot is doing."""
        await self._desk.insist("run_status", activity=activity)

    async def tool(
        self,
        name: str,
        work: Work[T],
        arguments: Any = None,
        *,
        title: str | None = None,
        timeout: float | None = None,
        visible_to: Role | None = None,
        approval: Question | str | None = None,
        parent: str | None = None,
    ) -> T:
        """Runs ``await work(tool)`` as a tool call that people can watch and stop, and returns its result.

        ``title`` says what it does, for people; after ``timeout`` seconds the server ends it; ``visible_to`` is the
        least role that may see its arguments, output and result; with ``approval`` people are asked before it runs;
        ``parent`` is the id of the tool call in which a sub-agent makes this one.
        Raises what ``work`` raises, ``ToolCancelled`` if somebody stopped it, ``ToolTimedOut``, or ``Denied``.
        """
        asked = None if approval is None else as_question(approval)
        return await self._tools.run(
            name,
            work,
            arguments,
            title=title,
            timeout=timeout,
            visible_to=visible_to,
            approval=asked,
            parent=parent,
        )

    async def ask(self, question: Question | str) -> Decision:
        """Asks people a question, or for a permission, and waits for their decision. Who caused the run may answer."""
        return await self._questions.ask(as_question(question))

    def steered(self) -> AsyncIterator[Message]:
        """Messages that arrive here while the bot is at work, for bots with ``steer=True``. Ends with the run."""
        return aiter(self._steered)

    def record_usage(self, usage: Usage) -> None:
        """Records what the run has cost; told when it ends."""
        self._usage.append({"requests": 1, **usage})

    async def _grow(self, kind: str, words: str, visible_to: Role | None) -> None:
        if not words:
            return
        part = self._growing
        # What follows a tool call or anything else goes on below it.
        if part is None or part.value["type"] != kind or not self._draft.is_last(part):
            part = self._growing = self._draft.open({"type": kind, "text": ""}, visible_to=visible_to)
        await part.grow(words)

    async def _show(self, value: T, value_of: Callable[[T], Frame], visible_to: Role | None) -> Shown[T]:
        part = self._draft.open(value_of(value), visible_to=visible_to)
        await part.heard()
        return Shown(part, value_of)
