"""Bots for Antiphon: take runs over a WebSocket, stream answers, run tools that people can watch and stop."""

from .ask import Question
from .bot import Bot
from .errors import BotError, Denied, RefusedError, RunOver, ToolCancelled, ToolTimedOut, TryAgain
from .run import Run, Shown
from .tool import Tool
from .words import Decision, Message, PlanItem, Room, Usage, text_of
from .work import Handler

__all__ = [
    "Bot",
    "BotError",
    "Decision",
    "Denied",
    "Handler",
    "Message",
    "PlanItem",
    "Question",
    "RefusedError",
    "Room",
    "Run",
    "RunOver",
    "Shown",
    "Tool",
    "ToolCancelled",
    "ToolTimedOut",
    "TryAgain",
    "Usage",
    "text_of",
]
