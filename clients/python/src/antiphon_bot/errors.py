"""What can go wrong, as exceptions."""

from __future__ import annotations

from typing import Any


class BotError(Exception):
    """Anything that this package raises."""


class RefusedError(BotError):
    """The server said no. ``code`` is for the program, the text for people."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(str(answer.get("message", "refused")))
        self.code = str(answer.get("code", "internal"))
        self.retryable = bool(answer.get("retryable", False))
        self.retry_after = float(answer.get("retry_after_ms") or 0) / 1000
        self.limit: int | None = answer.get("limit")


class RunOver(BotError):
    """The run is over, or is another attempt's by now: nothing more of it is accepted."""


class ToolCancelled(BotError):
    """A person stopped this tool call, or it took too long. The run goes on: say so to your model."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
