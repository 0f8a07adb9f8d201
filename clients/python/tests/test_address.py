"""The address of a server is understood as people write it."""

import pytest

from antiphon_bot import Bot, BotError
from antiphon_bot.link import socket_url


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("http://127.0.0.1:8080", "ws://127.0.0.1:8080/v1/ws"),
        ("https://chat.example/", "wss://chat.example/v1/ws"),
        ("https://example.org/chat", "wss://example.org/chat/v1/ws"),
        ("ws://127.0.0.1:8080/v1/ws", "ws://127.0.0.1:8080/v1/ws"),
    ],
)
def test_an_address(given: str, expected: str) -> None:
    assert socket_url(given) == expected


@pytest.mark.parametrize("given", ["ftp://example.org", "127.0.0.1:8080", ""])
def test_what_is_no_address_of_a_server_is_refused_at_once(given: str) -> None:
    with pytest.raises(BotError, match="not the address of a server"):
        Bot(given, token="any")
