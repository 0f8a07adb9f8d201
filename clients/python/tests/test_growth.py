"""Growing text is counted in bytes and cut at letters, whatever pieces it comes in, and whatever of it arrives."""

import random

from antiphon_bot.growth import PIECE, Growth

LETTERS = ["a", "ß", "三", "👩‍🚀", "\n"]


def size(words: str) -> int:
    return len(words.encode())


def test_f2_what_is_resent_and_acknowledged_in_part_is_whole_at_the_other_end() -> None:
    for seed in range(200):
        roll = random.Random(seed)
        growth = Growth()
        said, heard = "", b""
        for _ in range(60):
            words = "".join(roll.choices(LETTERS, k=roll.randrange(20)))
            growth.add(words)
            said += words
            if roll.randrange(3) == 0:
                growth.reset(len(heard))
            piece = growth.next()
            if piece is None:
                continue
            assert piece[0] == len(heard), f"seed {seed}"
            lost = roll.randrange(4)
            if lost != 0:
                heard += piece[1].encode()
            if lost > 1:
                growth.arrived()
            else:
                assert growth.reset(len(heard)), f"seed {seed}"
        growth.end()
        while piece := growth.next():
            heard += piece[1].encode()
            growth.arrived()
        assert heard.decode() == said, f"seed {seed}"
        assert growth.behind == 0


def test_a_long_text_goes_in_pieces_of_whole_letters() -> None:
    growth = Growth()
    words = "三" * PIECE
    growth.add(words)
    heard = ""
    while piece := growth.next():
        assert size(piece[1]) <= PIECE
        heard += piece[1]
        growth.arrived()
    assert heard == words


def test_half_a_letter_waits_for_the_other_half_and_is_shown_as_lost_if_that_never_comes() -> None:
    growth = Growth()
    growth.add("a\ud83d")
    assert growth.next() == (0, "a")
    growth.arrived()
    growth.add("\ude80")
    assert growth.next() == (1, "🚀")
    growth.arrived()
    growth.add("\ud83d")
    growth.end()
    assert growth.next() == (5, "\ufffd")


def test_a_server_that_has_more_than_was_said_or_less_than_it_had_has_another_text() -> None:
    growth = Growth()
    growth.add("words")
    growth.next()
    growth.arrived()
    assert not growth.reset(3)
    assert not growth.reset(6)
    assert growth.reset(5)
