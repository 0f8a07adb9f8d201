"""Questions to people: asked until they are heard, and answered once."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from typing import Any, Literal, cast

from .desk import Desk
from .errors import BotError
from .part import plain
from .words import Decision, Frame, Role, Scope


@dataclass(frozen=True)
class Question:
    """What to ask people: with ``schema`` a question, without one a permission."""

    prompt: str
    """What to decide, in a sentence."""
    schema: dict[str, Any] | None = None
    """JSON Schema of the answer: an object with flat fields."""
    role: Role | None = "admin"
    """Who may answer beside whoever caused the run: members with at least this role; nobody if ``None``."""
    scopes: tuple[Scope, ...] = ("once",)
    """For how long an approval may be made to hold."""
    otherwise: Literal["approve", "deny"] = "deny"
    """What is taken to be the answer when nobody gives one."""
    within: float = 300.0
    """Seconds that people have."""
    editable: bool = False
    """Whether whoever approves a tool call may change its arguments."""


class Questions:
    """The questions of one run."""

    def __init__(self, desk: Desk, asker: str) -> None:
        self._desk, self._asker = desk, asker
        self._open: dict[str, tuple[Frame, asyncio.Future[Decision]]] = {}
        self._repeats: set[asyncio.Task[None]] = set()
        desk.on_over(self._fail)

    async def ask(self, question: Question, subject: Frame | None = None) -> Decision:
        """Asks, and waits for the answer. ``subject`` is the tool call that it is about. Raises ``RunOver``."""
        self._desk.check()
        approval = str(uuid.uuid4())
        decision: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        request = {"ask": self._ask(question, subject or {}), "within_ms": round(question.within * 1000)}
        self._open[approval] = (request, decision)
        try:
            await self._put(approval)
            return await decision
        finally:
            del self._open[approval]
            if decision.done() and not decision.cancelled():
                decision.exception()  # Heard of already.

    def reconnected(self) -> None:
        """After a cut: what was decided meanwhile is in the answer to the same question."""
        for approval in self._open:
            task = asyncio.create_task(self._put_again(approval))
            self._repeats.add(task)
            task.add_done_callback(self._repeats.discard)

    def decided(self, approval: str, decision: Decision) -> None:
        """People have decided."""
        _, waiting = self._open.get(approval, ({}, None))
        if waiting and not waiting.done():
            waiting.set_result(decision)

    async def _put(self, approval: str) -> None:
        request, _ = self._open[approval]
        asked = await self._desk.insist("request_approval", approval=approval, **request)
        if decision := asked.get("decision"):
            self.decided(approval, cast(Decision, decision))

    async def _put_again(self, approval: str) -> None:
        try:
            if approval in self._open:
                await self._put(approval)
        except BotError as fault:
            # Whoever waits for the answer hears of it.
            self._fail(fault, approval)

    def _fail(self, fault: BotError, only: str | None = None) -> None:
        for approval, (_, waiting) in self._open.items():
            if only in (None, approval) and not waiting.done():
                waiting.set_exception(fault)

    def _ask(self, question: Question, subject: Frame) -> Frame:
        eligible: Frame = {"users": [self._asker]}
        if question.role is not None:
            eligible["role"] = question.role
        ask = {
            "kind": "permission" if question.schema is None else "question",
            "prompt": question.prompt,
            **subject,
            "eligible": eligible,
            "scopes": list(question.scopes),
            "default": question.otherwise,
            "editable": question.editable,
        }
        return ask if question.schema is None else {**ask, "schema": plain(question.schema)}


def as_question(question: Question | str) -> Question:
    """A question of its prompt alone, or as it is."""
    return Question(question) if isinstance(question, str) else question
