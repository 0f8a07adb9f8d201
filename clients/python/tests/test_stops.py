"""People stop runs and tools, and decide what bots may do (F4, F5, F6)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from support.stage import Stage, until

from antiphon_bot import Denied, Question, Run, Tool, ToolCancelled, ToolTimedOut, TryAgain, text_of


async def test_f4_a_stopped_tool_and_a_stopped_run_are_cancelled_in_the_bot(stage: Stage) -> None:
    server = await stage.server()
    ends: list[str] = []

    async def wait(tool: Tool) -> None:
        await tool.progress(message="waiting")
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await tool.output("cleaned up\n")
            ends.append("tool")
            raise

    async def answer(run: Run) -> None:
        try:
            await run.tool("wait", wait)
        except ToolCancelled as stop:
            await run.say(f"{stop.reason}; ")
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await run.say("stopped")
            ends.append("run")
            raise

    stage.bot(server.url, answer)
    person = await stage.person(server)
    trigger = await person.say("wait")
    await person.ask("cancel", room=person.room, tool_call=await person.tool_is("running"))
    await person.frame("words below the tool", lambda frame: frame["type"] == "part" and frame["part"] == 1)
    await person.ask("cancel", room=person.room, message_id=trigger)
    outcome = await person.outcome(trigger)
    assert (outcome.state, outcome.run["cancel"]["outcome"]) == ("cancelled", "stopped")
    assert outcome.tools[0]["state"] == "cancelled"
    assert outcome.words == "somebody stopped the tool; stopped"
    assert ends == ["tool", "run"]
    assert stage.errors == []


async def test_f4_a_stop_reaches_tools_that_run_side_by_side(stage: Stage) -> None:
    server = await stage.server()
    ends: list[str] = []

    async def wait(tool: Tool) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ends.append(tool.name)

    async def answer(run: Run) -> None:
        await asyncio.gather(run.tool("left", wait), run.tool("right", wait))

    stage.bot(server.url, answer)
    person = await stage.person(server)
    trigger = await person.say("wait")
    await until("both at work", lambda: sum(frame["type"] == "tool_changed" for frame in person.frames) >= 2)
    await person.ask("cancel", room=person.room, message_id=trigger)
    outcome = await person.outcome(trigger)
    assert (outcome.state, outcome.run["cancel"]["outcome"]) == ("cancelled", "stopped")
    assert sorted(ends) == ["left", "right"]
    assert {tool["state"] for tool in outcome.tools} == {"cancelled"}


async def test_f4_a_tool_that_takes_too_long_is_ended_and_the_answer_goes_on(stage: Stage) -> None:
    server = await stage.server()

    async def wait(_: Tool) -> None:
        await asyncio.sleep(60)

    async def answer(run: Run) -> None:
        try:
            await run.tool("wait", wait, timeout=0.2)
        except ToolTimedOut as slow:
            await run.say(slow.reason)

    stage.bot(server.url, answer)
    person = await stage.person(server)
    outcome = await person.answer("wait")
    assert (outcome.state, outcome.words) == ("completed", "the tool took too long")
    assert outcome.tools[0]["state"] == "timed_out"


async def test_f4_a_tool_that_does_not_heed_its_stop_is_left_behind(stage: Stage) -> None:
    server = await stage.server()
    go = asyncio.Event()

    async def stubborn(_: Tool) -> str:
        while not go.is_set():
            try:
                await go.wait()
            except asyncio.CancelledError:
                continue
        return "too late"

    async def answer(run: Run) -> None:
        try:
            await run.tool("stubborn", stubborn)
        except ToolCancelled:
            await run.say("I went on without it")

    stage.bot(server.url, answer)
    person = await stage.person(server)
    trigger = await person.say("wait")
    await person.ask("cancel", room=person.room, tool_call=await person.tool_is("running"))
    outcome = await person.outcome(trigger)
    go.set()
    assert (outcome.state, outcome.words) == ("completed", "I went on without it")
    assert outcome.tools[0]["state"] == "cancelled"
    assert outcome.tools[0].get("result") is None


async def test_f6_people_decide_whether_a_tool_runs_and_answer_questions_also_across_a_cut(stage: Stage) -> None:
    server = await stage.server()
    proxy = await stage.proxy(server)
    denials: list[Denied] = []

    async def deploy(tool: Tool) -> str:
        return f"deployed to {tool.arguments['to']}"

    async def answer(run: Run) -> None:
        approval = Question("Deploy?", editable=True)
        await run.say(await run.tool("deploy", deploy, {"to": "production"}, approval=approval))
        try:
            await run.tool("deploy", deploy, {"to": "moon"}, approval="To the moon?")
        except Denied as denial:
            denials.append(denial)
        schema = {"type": "object", "properties": {"name": {"type": "string"}}}
        decision = await run.ask(Question("Who are you?", schema=schema))
        await run.say(f"hello {decision['content']['name']}")

    stage.bot(proxy.url, answer)
    person = await stage.person(server)
    trigger = await person.say("deploy")
    answers: list[dict[str, Any]] = [
        {"action": "approve", "arguments": {"to": "staging"}},
        {"action": "deny", "reason": "too far"},
        {"action": "answer", "content": {"name": "Ada"}},
    ]
    seen = 0
    for decision in answers:
        asked = await person.frame("a question", lambda frame: frame["type"] == "approval_requested", after=seen)
        seen = person.frames.index(asked) + 1
        if decision["action"] == "answer":
            proxy.cut()
        await person.ask("decide", room=person.room, approval=asked["approval"]["approval"], **decision)
    outcome = await person.outcome(trigger)
    assert outcome.state == "completed"
    assert [tool["state"] for tool in outcome.tools] == ["completed", "denied"]
    assert outcome.tools[0]["result"] == "deployed to staging"
    assert outcome.tools[0]["arguments"] == {"to": "staging"}
    assert outcome.words == "deployed to staging\n\nhello Ada"
    assert [denial.reason for denial in denials] == ["too far"]
    assert "waiting_approval" in outcome.states
    assert stage.errors == []


async def test_f5_what_is_said_while_a_bot_is_at_work_reaches_it_there_if_it_wants_that(stage: Stage) -> None:
    server = await stage.server(bot="busy = 'steer'")

    async def answer(run: Run) -> None:
        await run.say("asked; ")
        async for message in run.steered():
            await run.say(f"then told {text_of(message)}")
            return

    stage.bot(server.url, answer, steer=True)
    person = await stage.person(server)
    first = await person.say("one")
    await person.words()
    second = await person.say("two")
    outcome = await person.outcome(first)
    assert outcome.words == "asked; then told two"
    also = await person.outcome(second)
    assert (also.state, also.run["answer"]) == ("completed", outcome.run["answer"])


async def test_f5_who_listens_for_what_is_said_meanwhile_hears_of_the_end(stage: Stage) -> None:
    server = await stage.server(bot="busy = 'steer'")
    heard: list[list[str]] = []

    async def listen(run: Run) -> None:
        heard.append([text_of(message) async for message in run.steered()])

    async def answer(run: Run) -> None:
        listening.append(asyncio.create_task(listen(run)))
        await run.say("go on")
        if run.text == "wait":
            await asyncio.sleep(60)

    listening: list[asyncio.Task[None]] = []
    stage.bot(server.url, answer, steer=True)
    person = await stage.person(server)
    await person.answer("be brief")
    await until("the listener has ended", lambda: heard == [[]])
    trigger = await person.say("wait")
    await until("it listens again", lambda: len(listening) == 2)
    await person.ask("cancel", room=person.room, message_id=trigger)
    await person.outcome(trigger)
    await until("the other one, too", lambda: heard == [[], []])
    assert all(task.done() for task in listening)


async def test_b8_calls_of_a_sub_agent_name_its_call_and_a_failure_tells_whether_to_try_again(stage: Stage) -> None:
    server = await stage.server()

    async def search(_: Tool) -> None:
        raise TryAgain("busy")

    async def answer(run: Run) -> None:
        async def research(tool: Tool) -> None:
            with suppress(TryAgain):
                await run.tool("search", search, parent=tool.id)

        await run.tool("research", research)

    stage.bot(server.url, answer)
    person = await stage.person(server)
    outer, inner = (await person.outcome(await person.say("look it up"))).tools
    assert inner["parent"] == outer["tool_call"]
    assert (inner["state"], inner["error"], inner["retryable"]) == ("failed", "busy", True)
