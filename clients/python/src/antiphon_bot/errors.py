"""What can go wrong for a bot, as exceptions: ``code`` is for the program, the text for people."""

from __future__ import annotations

from typing import Any


class BotError(Exception):
    """Anything that this package raises. ``code`` is one of the server's, or one that only a bot can know."""

    code = "protocol"


class RefusedError(BotError):
    """The server said no."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(str(answer.get("message", "refused")))
        self.code = str(answer.get("code", "internal"))
        self.retryable = bool(answer.get("retryable", False))
        self.retry_after = float(answer.get("retry_after_ms") or 0) / 1000
        """Seconds."""
        self.field: str | None = answer.get("field")
        """The field at fault."""
        self.limit: int | None = answer.get("limit")
        """The limit that was passed."""


class ConnectionLost(BotError):
    """The connection broke before the answer came: it may have been heard or not. It is said again by itself."""

    code = "disconnected"


class RunOver(BotError):
    """The run is over, or is another attempt's by now: nothing more of it is accepted."""

    code = "run_over"


class TryAgain(Exception):
    """To be raised by a tool: what went wrong may not come again. People can then ask for another try."""


class ToolCancelled(BotError):
    """This tool call was stopped. The run goes on: say so to your model."""

    code = "tool_stopped"

    def __init__(self, reason: str = "somebody stopped the tool") -> None:
        super().__init__(reason)
        self.reason = reason


class ToolTimedOut(ToolCancelled):
    """It took longer than its ``timeout``."""

    code = "tool_timed_out"

    def __init__(self, reason: str = "the tool took too long") -> None:
        super().__init__(reason)


class Denied(BotError):
    """People did not want the tool to run."""

    code = "denied"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
