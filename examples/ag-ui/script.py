"""What the agent says without a model: a script that answers to a few words, in small pieces as a model would."""

import asyncio
import json
from collections.abc import AsyncIterator

from pydantic_ai.messages import ModelMessage, ModelRequest, ToolReturnPart, UserPromptPart
from pydantic_ai.models.function import AgentInfo, DeltaThinkingPart, DeltaToolCall

HELP = "I can **check** a service, **deploy** it (you will be asked), or **roll back**. Everything here is made up."
# The tool that each word of a question stands for, and what it is called with.
TOOLS = {
    "deploy": ("deploy", {"service": "shop", "env": "production"}),
    "roll back": ("roll_back", {"service": "shop"}),
    "check": ("check", {"service": "shop"}),
}
# Between two pieces; about the speed of a model.
PACE_SECONDS = 0.02


async def speak(messages: list[ModelMessage], _: AgentInfo) -> AsyncIterator[object]:
    """The next turn: a tool call for a question with one of the words, and a sentence for what a tool has returned."""
    last = messages[-1]
    parts = last.parts if isinstance(last, ModelRequest) else []
    results = [part for part in parts if isinstance(part, ToolReturnPart)]
    questions = [part for part in parts if isinstance(part, UserPromptPart)]
    if results and not questions:
        result = results[-1]
        async for piece in words(f"Done: {result.content}." if result.outcome == "success" else "I leave it, then."):
            yield piece
        return
    question = str(questions[-1].content).lower() if questions else ""
    word = next((word for word in TOOLS if word in question), None)
    if word is None:
        async for piece in words(HELP):
            yield piece
        return
    name, arguments = TOOLS[word]
    async for piece in words(f"They want me to {word}. I have a tool for that."):
        yield {0: DeltaThinkingPart(content=piece)}
    # A model writes its arguments piece by piece as well. Ids begin anew with each run, as those of many models do.
    text = json.dumps(arguments)
    yield {1: DeltaToolCall(name=name, json_args=text[:9], tool_call_id="call_1")}
    await asyncio.sleep(PACE_SECONDS)
    yield {1: DeltaToolCall(json_args=text[9:])}


async def words(text: str) -> AsyncIterator[str]:
    """A text in pieces."""
    for word in text.split(" "):
        yield word if text.startswith(word) else f" {word}"
        await asyncio.sleep(PACE_SECONDS)
