"""How a bot goes: closed, told by a signal, or refused (F3, C2)."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from support.server import ROOT, TOKEN, Server
from support.stage import Stage, until

from antiphon_bot import Bot, RefusedError, Run

PROGRAM = """
import asyncio
from antiphon_bot import Bot

bot = Bot({url!r}, token={token!r})

@bot.on_run
async def answer(run):
    await run.say("one ")
    await asyncio.sleep(0.5 if run.text == "short" else 60)
    await run.say("two")

bot.run_forever(drain=2)
print("gone", flush=True)
"""


async def test_f3_a_bot_that_is_closed_lets_a_run_come_to_its_end(stage: Stage) -> None:
    server = await stage.server()

    async def answer(run: Run) -> None:
        await run.say("one ")
        await asyncio.sleep(0.3)
        await run.say("two")

    bot = stage.bot(server.url, answer)
    person = await stage.person(server)
    trigger = await person.say("a short one")
    await person.words()
    await bot.close()
    assert bot.state == "closed"
    assert (await person.outcome(trigger)).words == "one two"


async def test_f3_a_bot_that_is_closed_hands_back_what_takes_too_long_and_takes_nothing_new(stage: Stage) -> None:
    server = await stage.server(bot="attempts = 2")
    told: list[str] = []

    async def answer(run: Run) -> None:
        await run.say(f"{run.text} {run.attempt}")
        if run.attempt == 1 and run.text == "long":
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                told.append(run.text)
                raise

    bot = stage.bot(server.url, answer)
    person = await stage.person(server)
    first = await person.say("long")
    await person.words()
    closing = asyncio.create_task(bot.close(drain=0.5))
    other = await stage.person(server)
    second = await other.say("new")
    await closing
    assert told == ["long"]
    # The next program begins again what was handed back, and takes what was waiting.
    stage.bot(server.url, answer)
    assert (await person.outcome(first)).words == "long 2"
    assert (await other.outcome(second)).words == "new 1"
    assert stage.errors == []


async def test_f3_a_run_that_is_handed_back_for_good_is_interrupted(stage: Stage) -> None:
    server = await stage.server()

    async def answer(run: Run) -> None:
        await run.say("half")
        await asyncio.sleep(60)

    bot = stage.bot(server.url, answer)
    person = await stage.person(server)
    trigger = await person.say("long")
    await person.words()
    await bot.close(drain=0.05)
    outcome = await person.outcome(trigger)
    assert (outcome.state, outcome.run["error"], outcome.words) == ("interrupted", "the bot was stopped", "half")


async def run_program(ends: AsyncExitStack, folder: Path, server: Server) -> asyncio.subprocess.Process:
    """The bot as a program of its own."""
    script = folder / "bot.py"
    script.write_text(PROGRAM.format(url=server.url, token=TOKEN))
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        str(script),
        env={"PYTHONPATH": str(ROOT / "clients/python/src")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )

    async def end() -> None:
        if program.returncode is None:
            program.kill()
            await program.wait()

    ends.push_async_callback(end)
    return program


@pytest.mark.parametrize(
    ("text", "state", "words"), [("short", "completed", "one two"), ("long", "interrupted", "one ")]
)
@pytest.mark.parametrize("told_by", [signal.SIGTERM, signal.SIGINT])
async def test_f3_a_program_that_is_told_to_go_drains(
    stage: Stage, tmp_path: Path, told_by: signal.Signals, text: str, state: str, words: str
) -> None:
    server = await stage.server()
    async with AsyncExitStack() as ends:
        program = await run_program(ends, tmp_path, server)
        person = await stage.person(server)
        trigger = await person.say(text)
        await person.words()
        program.send_signal(told_by)
        outcome = await person.outcome(trigger)
        assert (outcome.state, outcome.words) == (state, words)
        said, _ = await asyncio.wait_for(program.communicate(), 10)
        assert (program.returncode, said.decode()) == (0, "gone\n")


async def test_c2_a_token_that_is_not_good_ends_the_bot_with_words(stage: Stage) -> None:
    server = await stage.server()
    bot = Bot(server.url, token="not-a-token")
    bot.on_run(lambda run: run.say("hello"))
    with pytest.raises(RefusedError) as refusal:
        await asyncio.wait_for(bot.serve(), 10)
    assert refusal.value.code == "token_refused"
    assert bot.state == "closed"


async def test_c2_the_token_of_a_person_takes_no_runs(stage: Stage) -> None:
    server = await stage.server()
    person = await server.rest("/guests", body={"name": "Mara"})
    bot = Bot(server.url, token=person["token"])
    bot.on_run(lambda run: run.say("hello"))
    with pytest.raises(RefusedError) as refusal:
        await asyncio.wait_for(bot.serve(), 10)
    assert refusal.value.code == "forbidden"


async def test_a_token_may_be_asked_for_each_time(stage: Stage) -> None:
    server = await stage.server()
    proxy = await stage.proxy(server)
    asked: list[int] = []

    async def token() -> str:
        asked.append(1)
        return TOKEN

    bot = stage.bot(proxy.url, lambda run: run.say("here"), token=token)
    await until("connected", lambda: bot.state == "serving")
    proxy.cut()
    await until("connected again", lambda: bot.state == "serving" and len(asked) == 2)
    person = await stage.person(server)
    assert (await person.answer("there?")).words == "here"


async def test_a_bot_that_starts_before_its_server_waits_for_it(stage: Stage) -> None:
    server = await stage.server()
    await server.kill()
    bot = stage.bot(server.url, lambda run: run.say("here"))
    await asyncio.sleep(0)
    assert bot.state == "connecting"
    await server.start()
    person = await stage.person(server)
    assert (await person.answer("there?")).words == "here"
