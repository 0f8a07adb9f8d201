"""Text that grows: what the bot has said, of which the server has a part. Counted in bytes of UTF-8."""

from __future__ import annotations

PIECE = 12 * 1024
"""Bytes that one piece holds at most: several pieces of several parts fit into one frame."""


class Growth:
    """A growing text."""

    def __init__(self) -> None:
        self._acknowledged = 0
        """How many bytes the server is known to have."""
        self._rest = bytearray()
        """What it is not known to have."""
        self._sending = 0
        """How much of that is on its way."""
        self._half = ""
        """Half of a character, as it comes where JSON is taken apart: the other half comes with the next words."""
        self._stopped = False

    @property
    def behind(self) -> int:
        """Bytes that the server is not known to have."""
        return len(self._rest)

    def add(self, words: str) -> None:
        """Adds words."""
        if self._stopped or not words:
            return
        whole = self._half + words
        cut = len(whole) - ("\ud800" <= whole[-1] <= "\udbff")
        self._half = whole[cut:]
        self._rest += well_formed(whole[:cut]).encode()

    def end(self) -> None:
        """Nothing follows: half a character stays one."""
        self._rest += well_formed(self._half).encode()
        self._half = ""

    def stop(self) -> None:
        """The server takes no more."""
        self._stopped = True
        self._half, self._rest, self._sending = "", bytearray(), 0

    def next(self) -> tuple[int, str] | None:
        """Where the next piece to send begins, and the piece; nothing if there is none, or one is on its way."""
        if self._sending or not self._rest:
            return None
        self._sending = _whole_characters(self._rest, PIECE)
        return self._acknowledged, self._rest[: self._sending].decode()

    def arrived(self) -> None:
        """The piece on its way has arrived."""
        self._acknowledged += self._sending
        del self._rest[: self._sending]
        self._sending = 0

    def reset(self, end: int) -> bool:
        """The piece on its way may have been lost: the server has this many bytes. False if that cannot be."""
        if self._stopped:
            return True
        more = end - self._acknowledged
        if not 0 <= more <= len(self._rest):
            return False
        self._sending = more
        self.arrived()
        return True


def well_formed(text: str) -> str:
    """The text as UTF-8 can hold it: halves of a character that stand together are one, others are marked as lost."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _whole_characters(text: bytearray, most: int) -> int:
    """How many bytes, at most, make whole characters."""
    if len(text) <= most:
        return len(text)
    end = most
    while end > 0 and text[end] & 0xC0 == 0x80:
        end -= 1
    return end
