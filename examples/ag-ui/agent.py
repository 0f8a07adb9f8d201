"""A release helper: an agent of Pydantic AI, served over AG-UI, that checks and deploys a made-up service.

Without a key its words come from a script, so everything can be tried offline. With OPENAI_API_KEY they come from a
model (AGENT_MODEL, default `openai:gpt-4o-mini`), and the tools stay the same.
"""

import asyncio
import os

from pydantic_ai import Agent, DeferredToolRequests
from pydantic_ai.models.function import FunctionModel
from pydantic_ai.ui.ag_ui import AGUIAdapter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from script import speak

# How long a check takes; long enough to be stopped by hand.
CHECK_SECONDS = float(os.environ.get("CHECK_SECONDS", "3"))

model = os.environ.get("AGENT_MODEL", "openai:gpt-4o-mini") if os.environ.get("OPENAI_API_KEY") else None
agent = Agent(
    model or FunctionModel(stream_function=speak),
    instructions="You help a team to release its service. Check before you deploy. Answer in one or two sentences.",
    output_type=[str, DeferredToolRequests],
)


@agent.tool_plain
async def check(service: str) -> str:
    """Run the checks of a service."""
    try:
        await asyncio.sleep(CHECK_SECONDS)
    except asyncio.CancelledError:
        print(f"check of {service}: stopped", flush=True)
        raise
    return f"{service}: 42 checks passed"


@agent.tool_plain(requires_approval=True)
async def deploy(service: str, env: str) -> str:
    """Deploy a service to an environment. A person has to agree."""
    return f"{service} deployed to {env}"


@agent.tool_plain
async def roll_back(service: str) -> str:
    """Go back to the last release of a service."""
    raise RuntimeError(f"no release of {service} to go back to")


async def run(request: Request) -> Response:
    """The one address of the agent."""
    return await AGUIAdapter.dispatch_request(request, agent=agent)


async def health(_: Request) -> Response:
    """Whether the agent is up."""
    return PlainTextResponse("ok")


app = Starlette(routes=[Route("/", run, methods=["POST"]), Route("/health", health)])
