"""What a bot says arrives once, whatever the network does meanwhile (F2, F3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from support.stage import Stage, until

from antiphon_bot import Handler, Run, Tool

WORDS = ["one ", "zwölf ", "三 ", "👩‍🚀 ", "four\n"]
"""Words of one, two, three and four bytes a letter."""


def waiter(stopped: list[str]) -> Handler:
    """A bot that says half of its answer, and waits until it is stopped; not where it is told to be brief."""

    async def wait(run: Run) -> None:
        await run.say("half")
        if run.text != "be brief":
            try:
                await asyncio.sleep(60)
            finally:
                stopped.append(run.text)

    return wait


async def test_f2_cut_reset_cut_in_the_middle_of_a_frame_every_word_arrives_once(stage: Stage) -> None:
    server = await stage.server()
    proxy = await stage.proxy(server)
    told: list[str] = []
    counted: list[str] = []
    calls: list[int] = []
    enough_words, enough_lines = asyncio.Event(), asyncio.Event()

    async def count(tool: Tool) -> None:
        while not enough_lines.is_set():
            counted.append(f"{len(counted)}\n")
            await tool.output(counted[-1])
            await tool.progress(0.5, f"at {len(counted)}")
            await asyncio.sleep(0.01)

    async def tell(run: Run) -> None:
        calls.append(run.attempt)
        while not enough_words.is_set():
            told.append(f"{len(told)} {WORDS[len(told) % len(WORDS)]}")
            await run.say(told[-1])
            await asyncio.sleep(0.01)
        await run.tool("count", count)

    stage.bot(proxy.url, tell)
    person = await stage.person(server)
    trigger = await person.say("tell")
    await person.words()

    async def survive(faults: list[Callable[[], None]]) -> None:
        for fault in faults:
            before = proxy.accepted
            fault()
            await proxy.accepts(before)
            seen = len(person.frames)
            await person.frame("more of it", lambda frame: frame["type"] in ("append", "part"), after=seen)

    await survive([proxy.cut, lambda: proxy.cut_after("up", 300), lambda: proxy.cut_after("down", 100)])
    enough_words.set()
    await person.tool_is("running")
    await survive([lambda: proxy.cut_after("up", 1_000), proxy.cut, lambda: proxy.cut_after("down", 50)])
    enough_lines.set()
    outcome = await person.outcome(trigger)
    assert outcome.state == "completed"
    assert outcome.words == "".join(told)
    assert outcome.tools[0]["state"] == "completed"
    assert outcome.tools[0]["output"] == "".join(counted)
    assert calls == [1]
    assert stage.errors == []


async def test_f2_a_bot_that_speaks_faster_than_its_connection_waits_and_loses_nothing(stage: Stage) -> None:
    server = await stage.server()
    proxy = await stage.proxy(server)
    proxy.delay = 0.01
    story = "ä👩‍🚀 " * 12_000 + "end"
    behind = []

    async def tell(run: Run) -> None:
        for at in range(0, len(story), 1_001):
            await run.say(story[at : at + 1_001])
            behind.append(len(story.encode()) if not run._growing else run._growing._behind)

    stage.bot(proxy.url, tell)
    person = await stage.person(server)
    outcome = await person.answer("tell")
    assert outcome.words == story
    # Never more than may wait and what was said last.
    assert max(behind) <= 64 * 1024 + 4 * 1_001


async def test_f2_a_server_that_is_silent_is_left_for_a_new_connection(stage: Stage) -> None:
    server = await stage.server(settings="timers.ping_interval_ms = 1000")
    proxy = await stage.proxy(server)
    go = asyncio.Event()

    async def answer(run: Run) -> None:
        await run.say("before ")
        await go.wait()
        await run.say("after")

    bot = stage.bot(proxy.url, answer)
    person = await stage.person(server)
    trigger = await person.say("go")
    await person.words()
    before = proxy.accepted
    proxy.hold()
    go.set()
    await proxy.accepts(before)
    proxy.release()
    outcome = await person.outcome(trigger)
    assert (outcome.words, outcome.run["attempt"]) == ("before after", 1)
    await until("at work again", lambda: bot.state == "serving")


async def test_f3_a_silent_handler_keeps_its_run_longer_than_its_lease(stage: Stage) -> None:
    server = await stage.server(bot="lease_ms = 1000")

    async def ponder(run: Run) -> None:
        await asyncio.sleep(3.5)
        await run.say("done")

    stage.bot(server.url, ponder)
    person = await stage.person(server)
    outcome = await person.answer("ponder")
    assert (outcome.state, outcome.words, outcome.run["attempt"]) == ("completed", "done", 1)


async def test_f3_a_handler_whose_bot_was_away_too_long_is_stopped(stage: Stage) -> None:
    server = await stage.server(bot="lease_ms = 1000")
    proxy = await stage.proxy(server)
    stopped: list[str] = []

    stage.bot(proxy.url, waiter(stopped))
    person = await stage.person(server)
    trigger = await person.say("ponder")
    await person.words()
    proxy.refuses = True
    proxy.cut()
    outcome = await person.outcome(trigger)
    assert (outcome.state, outcome.words) == ("interrupted", "half")
    assert stopped == []
    proxy.refuses = False
    await until("the handler is stopped", lambda: stopped == ["ponder"])
    assert stage.errors == []


async def test_f3_a_run_that_another_program_took_over_is_let_go_at_the_next_heartbeat(stage: Stage) -> None:
    server = await stage.server(bot="lease_ms = 1500")
    stopped: list[str] = []
    stage.bot(server.url, waiter(stopped))
    person = await stage.person(server)
    trigger = await person.say("ponder")
    await person.words()
    run = await person.run_is(trigger, "processing")
    held = {"run": run["run"], "attempt": run["attempt"]}
    other = await stage.rival(server)
    serving = await other.ask("serve_runs", holding=[held])
    assert serving["lost"] == []
    await until("the handler is stopped", lambda: stopped == ["ponder"], within=5)
    await other.ask("finish_run", ending="completed", **held)
    assert (await person.outcome(trigger)).state == "completed"


async def test_f3_a_server_that_is_killed_has_ended_the_run_and_the_bot_answers_the_next(stage: Stage) -> None:
    server = await stage.server()
    stopped: list[str] = []

    stage.bot(server.url, waiter(stopped))
    person = await stage.person(server)
    await person.say("wait")
    await person.words()
    await server.kill()
    await server.start()
    await until("the handler is stopped", lambda: stopped == ["wait"])
    again = await stage.person(server)
    assert (await again.answer("be brief")).words == "half"
    assert stage.errors == []
