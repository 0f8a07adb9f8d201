"""Bots for Antiphon: take runs over a WebSocket, stream answers, run tools that people can watch and stop."""

from .bot import Bot
from .errors import BotError, RefusedError, RunOver, ToolCancelled
from .run import Run
from .stream import Stream
from .tool import Tool
from .words import Decision, Message, Usage

__all__ = [
    "Bot",
    "BotError",
    "Decision",
    "Message",
    "RefusedError",
    "Run",
    "RunOver",
    "Stream",
    "Tool",
    "ToolCancelled",
    "Usage",
]
