"""Agents of Pydantic AI behind AG-UI, one per path, whose models say what is written here."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from importlib import metadata
from typing import Any

from pydantic_ai import Agent, DeferredToolRequests
from pydantic_ai.messages import ModelMessage
from pydantic_ai.models.function import AgentInfo, DeltaThinkingPart, DeltaToolCall, FunctionModel
from pydantic_ai.ui.ag_ui import AGUIAdapter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Pieces = AsyncIterator[str | dict[int, DeltaThinkingPart] | dict[int, DeltaToolCall]]

LOOK_SECONDS = 1
PATIENCE_SECONDS = 30
# More than any file of tests asks.
JOURNAL_MOST = 1_000

journal: deque[dict[str, Any]] = deque(maxlen=JOURNAL_MOST)
calls = {"started": 0, "cancelled": 0, "finished": 0}


def tool_answer(messages: list[ModelMessage]) -> str | None:
    """What a tool has just said; nothing while the model has not asked for one since the last question."""
    for part in messages[-1].parts:
        if part.part_kind == "tool-return":
            return str(part.content)
    return None


def call(name: str, *arguments: str) -> list[dict[int, DeltaToolCall]]:
    """A tool call whose arguments come in these pieces."""
    first = {1: DeltaToolCall(name=name, json_args=arguments[0], tool_call_id="call_1")}
    return [first, *({1: DeltaToolCall(json_args=piece)} for piece in arguments[1:])]


async def speak_plainly(messages: list[ModelMessage], info: AgentInfo) -> Pieces:
    """Ten numbered lines, in small pieces."""
    for number in range(1, 11):
        yield f"line {number} "
        yield "of ten\n"
        await asyncio.sleep(0.02)


async def look_outside(messages: list[ModelMessage], info: AgentInfo) -> Pieces:
    """Thinks, asks for the weather, and says what it learned."""
    if answer := tool_answer(messages):
        for piece in ("It is ", answer, "."):
            yield piece
        return
    yield {0: DeltaThinkingPart(content="Let me ")}
    yield {0: DeltaThinkingPart(content="look outside.")}
    for piece in call("weather", '{"ci', 'ty": "Bern"}'):
        yield piece


async def ask_to_deploy(messages: list[ModelMessage], info: AgentInfo) -> Pieces:
    """Wants to deploy, which somebody has to allow."""
    if answer := tool_answer(messages):
        yield f"Done: {answer}."
        return
    for piece in call("deploy", '{"env": "', 'production"}'):
        yield piece


async def fail_at_once(messages: list[ModelMessage], info: AgentInfo) -> Pieces:
    """Uses a tool that raises."""
    for piece in call("explode", "{}"):
        yield piece


async def wait_long(messages: list[ModelMessage], info: AgentInfo) -> Pieces:
    """Uses a tool that takes longer than anybody waits."""
    if answer := tool_answer(messages):
        yield answer
        return
    for piece in call("wait", "{}"):
        yield piece


plain = Agent(FunctionModel(stream_function=speak_plainly))
weather = Agent(FunctionModel(stream_function=look_outside))
deploy = Agent(FunctionModel(stream_function=ask_to_deploy), output_type=[str, DeferredToolRequests])
broken = Agent(FunctionModel(stream_function=fail_at_once))
patient = Agent(FunctionModel(stream_function=wait_long))


@weather.tool_plain(name="weather")
async def weather_tool(city: str) -> str:
    """Looks out of the window, which takes a silent second."""
    await asyncio.sleep(LOOK_SECONDS)
    return f"sunny in {city}"


@deploy.tool_plain(name="deploy", requires_approval=True)
async def deploy_tool(env: str) -> str:
    """Deploys, once somebody has allowed it."""
    return f"deployed to {env}"


@broken.tool_plain
async def explode() -> str:
    """Raises."""
    raise RuntimeError("kaboom")


@patient.tool_plain
async def wait() -> str:
    """Waits, and counts what became of that."""
    calls["started"] += 1
    try:
        await asyncio.sleep(PATIENCE_SECONDS)
    except asyncio.CancelledError:
        calls["cancelled"] += 1
        raise
    calls["finished"] += 1
    return "waited"


def run(agent: Agent[Any, Any]) -> Any:
    """Takes the runs of an agent, and remembers what was asked."""

    async def take(request: Request) -> Response:
        response = await AGUIAdapter.dispatch_request(request, agent=agent)
        if response.status_code < 400:
            journal.append(await request.json())
        return response

    return take


async def read_journal(request: Request) -> Response:
    """What was asked, oldest first."""
    return JSONResponse(list(journal))


async def read_versions(request: Request) -> Response:
    """The packages that there are, with their versions."""
    return JSONResponse({package.name: package.version for package in metadata.distributions()})


async def read_calls(request: Request) -> Response:
    """What became of the calls of the tool that waits."""
    return JSONResponse(calls)


agents = {"plain": plain, "weather": weather, "deploy": deploy, "broken": broken, "patient": patient}
app = Starlette(
    routes=[
        *(Route(f"/{path}", run(agent), methods=["POST"]) for path, agent in agents.items()),
        Route("/journal", read_journal),
        Route("/calls", read_calls),
        Route("/versions", read_versions),
    ]
)
