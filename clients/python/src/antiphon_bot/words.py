"""The words of the wire that a bot meets, as typed dictionaries. ``protocol/PROTOCOL.md`` says what they promise."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

Activity = Literal["thinking", "executing"]
Ending = Literal["completed", "failed", "cancelled", "timed_out", "interrupted"]
Role = Literal["viewer", "member", "admin", "owner"]
Scope = Literal["once", "session", "always"]

Frame = dict[str, Any]


class Held(TypedDict):
    """A run, and the attempt at it that a bot works on."""

    run: str
    attempt: int


class Room(TypedDict, total=False):
    """Where members talk."""

    id: str
    kind: Literal["group", "direct", "session"]
    name: str


class Message(TypedDict, total=False):
    """Something that a member said."""

    id: str
    room: str
    sender: str
    seq: int
    at: str
    status: str
    parts: list[dict[str, Any]]
    reply_to: str


class PlanItem(TypedDict):
    """One step of a plan."""

    title: str
    state: Literal["pending", "active", "done"]


class Decision(TypedDict, total=False):
    """What people decided. ``cause`` is ``person``, ``standing``, ``deadline`` or ``withdrawn``."""

    action: Literal["approve", "deny", "answer"]
    by: str
    at: str
    cause: Literal["person", "standing", "deadline", "withdrawn"]
    reason: str
    arguments: Any
    content: Any
    scope: Scope


class Usage(TypedDict, total=False):
    """What one model used up."""

    model: str
    requests: int
    input_tokens: int
    output_tokens: int
    cached_input_tokens: int
    reasoning_tokens: int


def text_of(message: Message) -> str:
    """What a message says."""
    texts = [part.get("text", "") for part in message.get("parts", []) if part.get("type") == "text"]
    return "\n".join(texts)
