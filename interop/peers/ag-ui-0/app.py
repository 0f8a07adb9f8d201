"""Agents as they were written before AG-UI 1.0, one per path: FastAPI around the types of `ag-ui-protocol` 0.1.8, which forbid every
field that they do not know."""

from collections import deque
from collections.abc import Iterator
from importlib import metadata
from typing import Any

from ag_ui.core import (
    AssistantMessage,
    BaseEvent,
    CustomEvent,
    EventType,
    MessagesSnapshotEvent,
    RunAgentInput,
    RunErrorEvent,
    RunFinishedEvent,
    RunStartedEvent,
    StateDeltaEvent,
    StateSnapshotEvent,
    StepFinishedEvent,
    StepStartedEvent,
    SystemMessage,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    ThinkingEndEvent,
    ThinkingStartEvent,
    ThinkingTextMessageContentEvent,
    ThinkingTextMessageEndEvent,
    ThinkingTextMessageStartEvent,
    ToolCallArgsEvent,
    ToolCallEndEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)
from ag_ui.encoder import EventEncoder
from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse

# More than any file of tests asks.
JOURNAL_MOST = 1_000

app = FastAPI()
journal: deque[dict[str, Any]] = deque(maxlen=JOURNAL_MOST)
refused: deque[dict[str, Any]] = deque(maxlen=JOURNAL_MOST)


def say(message: str, *pieces: str) -> Iterator[BaseEvent]:
    """A message in these pieces."""
    yield TextMessageStartEvent(message_id=message)
    for piece in pieces:
        yield TextMessageContentEvent(message_id=message, delta=piece)
    yield TextMessageEndEvent(message_id=message)


def weather(asked: RunAgentInput) -> Iterator[BaseEvent]:
    """Thinks, looks outside with a tool, says what it saw, and counts its looks in its state."""
    yield StepStartedEvent(step_name="look")
    yield ThinkingStartEvent(type=EventType.THINKING_START, title="The weather")
    yield ThinkingTextMessageStartEvent(type=EventType.THINKING_TEXT_MESSAGE_START)
    for piece in ("Let me ", "look outside."):
        yield ThinkingTextMessageContentEvent(type=EventType.THINKING_TEXT_MESSAGE_CONTENT, delta=piece)
    yield ThinkingTextMessageEndEvent(type=EventType.THINKING_TEXT_MESSAGE_END)
    yield ThinkingEndEvent(type=EventType.THINKING_END)
    yield ToolCallStartEvent(tool_call_id="call_1", tool_call_name="weather")
    for piece in ('{"ci', 'ty": "Bern"}'):
        yield ToolCallArgsEvent(tool_call_id="call_1", delta=piece)
    yield ToolCallEndEvent(tool_call_id="call_1")
    yield ToolCallResultEvent(
        type=EventType.TOOL_CALL_RESULT, message_id="result_1", tool_call_id="call_1", content="sunny in Bern"
    )
    yield StepFinishedEvent(step_name="look")
    looks = (asked.state or {}).get("looks", 0)
    yield StateSnapshotEvent(snapshot={"looks": looks})
    yield StateDeltaEvent(delta=[{"op": "replace", "path": "/looks", "value": looks + 1}])
    yield CustomEvent(name="mood", value="bright")
    yield from say("answer_1", "It is ", "sunny in Bern.")
    yield RunFinishedEvent(thread_id=asked.thread_id, run_id=asked.run_id, result={"looks": looks + 1})


def forgetful(asked: RunAgentInput) -> Iterator[BaseEvent]:
    """Keeps of a conversation how many messages it had."""
    kept = SystemMessage(id="kept", content=f"{len(asked.messages)} messages before")
    answer = AssistantMessage(id="answer", content="I keep it short.")
    yield from say("answer", answer.content or "")
    yield MessagesSnapshotEvent(messages=[kept, answer])
    yield RunFinishedEvent(thread_id=asked.thread_id, run_id=asked.run_id)


def stopped(asked: RunAgentInput) -> Iterator[BaseEvent]:
    """Is stopped by someone else, for which there was no other word."""
    yield from say("answer", "I beg")
    yield RunErrorEvent(message="stopped", code="cancelled")


def broken(asked: RunAgentInput) -> Iterator[BaseEvent]:
    """Fails."""
    yield RunErrorEvent(message="kaboom", code="E_KABOOM")


agents = {"weather": weather, "forgetful": forgetful, "stopped": stopped, "broken": broken}


@app.post("/{agent}")
async def run(agent: str, asked: RunAgentInput, request: Request) -> Response:
    """Takes the runs of an agent, and remembers what was asked."""
    journal.append(await request.json())
    encoder = EventEncoder()

    def stream() -> Iterator[str]:
        yield encoder.encode(RunStartedEvent(thread_id=asked.thread_id, run_id=asked.run_id))
        for event in agents[agent](asked):
            yield encoder.encode(event)

    return StreamingResponse(stream(), media_type=encoder.get_content_type())


@app.exception_handler(RequestValidationError)
async def refuse(request: Request, error: RequestValidationError) -> Response:
    """Refuses as FastAPI does, and remembers what."""
    refused.append(await request.json())
    return await request_validation_exception_handler(request, error)


@app.get("/journal")
async def read_journal() -> list[dict[str, Any]]:
    """What was asked and taken, oldest first."""
    return list(journal)


@app.get("/refused")
async def read_refused() -> list[dict[str, Any]]:
    """What was asked and refused, oldest first."""
    return list(refused)


@app.get("/versions")
async def read_versions() -> dict[str, str]:
    """The packages that there are, with their versions."""
    return {package.name: package.version for package in metadata.distributions()}
