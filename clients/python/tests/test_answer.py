"""What a bot says is in the log as it said it, against the real server (B8, F1, F9)."""

from __future__ import annotations

import asyncio

from support.stage import Stage

from antiphon_bot import RefusedError, Run, Tool


async def test_f9_the_smallest_bot_answers(stage: Stage) -> None:
    server = await stage.server()

    async def answer(run: Run) -> None:
        await run.say(f"You said: {run.text}")

    bot = stage.bot(server.url, answer)
    person = await stage.person(server)
    outcome = await person.answer("hello")
    assert outcome.words == "You said: hello"
    assert outcome.states == ["queued", "processing", "completed"]
    assert bot.state == "serving"
    assert stage.errors == []


async def test_f1_b8_thoughts_plans_data_files_tools_and_usage_are_in_the_log(stage: Stage) -> None:
    server = await stage.server()

    async def count(tool: Tool) -> dict[str, int]:
        for at in (1, 2, 3):
            await tool.progress(at / 3, f"at {at}")
            await tool.output(f"{at}\n")
            await asyncio.sleep(0.04)
        return {"counted": tool.arguments["to"]}

    async def answer(run: Run) -> None:
        await run.status("thinking")
        await run.think("hm")
        plan = await run.plan([{"title": "count", "state": "active"}])
        result = await run.tool("count", count, {"to": 3}, title="Count")
        await plan.update([{"title": "count", "state": "done"}])
        await run.data("result", result)
        await run.file("three.txt", "https://example.org/three.txt", media_type="text/plain", size=1)
        await run.stream(["that ", "is ", "all"])
        run.record_usage({"model": "m", "input_tokens": 3, "output_tokens": 4})

    stage.bot(server.url, answer)
    person = await stage.person(server)
    outcome = await person.answer("count")
    kinds = [part["type"] for part in outcome.parts]
    assert kinds == ["reasoning", "plan", "tool_call", "data", "file", "text"]
    thought, plan, tool, data, file, text = outcome.parts
    assert thought["text"] == "hm"
    assert plan["items"] == [{"title": "count", "state": "done"}]
    assert tool["title"] == "Count"
    assert (tool["state"], tool["output"], tool["result"]) == ("completed", "1\n2\n3\n", {"counted": 3})
    assert data["value"] == {"counted": 3}
    assert file["url"] == "https://example.org/three.txt"
    assert text["text"] == "that is all"
    usage = {"model": "m", "requests": 1, "input_tokens": 3, "output_tokens": 4}
    assert outcome.run["usage"] == [usage]
    assert "thinking" in outcome.states
    told = [part["value"]["progress"] for part in person.frames if part.get("value", {}).get("progress")]
    assert {"fraction": 1, "message": "at 3"} in told
    assert stage.errors == []


async def test_b8_all_that_a_tool_prints_is_there_before_its_end(stage: Stage) -> None:
    server = await stage.server()
    lines = [f"line {at}\n" for at in range(6_000)]

    async def print_all(tool: Tool) -> str:
        for line in lines:
            await tool.output(line)
        return "printed"

    async def answer(run: Run) -> None:
        await run.tool("print", print_all)

    stage.bot(server.url, answer)
    person = await stage.person(server)
    outcome = await person.answer("print")
    [tool] = outcome.tools
    assert (tool["state"], tool["result"]) == ("completed", "printed")
    # Of much output the room sees the beginning and the end, and how much there was.
    assert tool["output_bytes"] == len("".join(lines))
    assert tool["output"].startswith(lines[0])
    assert tool["output"].endswith(lines[-1])


async def test_what_was_said_before_and_by_whom_comes_with_the_run(stage: Stage) -> None:
    server = await stage.server()

    async def answer(run: Run) -> None:
        names = {run.names[message["sender"]] for message in run.context}
        await run.say(f"{len(run.context)} messages of {', '.join(sorted(names))} in a {run.room['kind']}")

    stage.bot(server.url, answer)
    person = await stage.person(server)
    await person.answer("one")
    assert (await person.answer("two")).words == "2 messages of Mara, clerk in a session"


async def test_f1_a_handler_that_raises_has_failed_and_says_why(stage: Stage) -> None:
    server = await stage.server()

    async def look(_: Tool) -> None:
        raise FileNotFoundError("no such file")

    async def answer(run: Run) -> None:
        await run.say("half")
        if run.text == "fail":
            raise LookupError("no such city")
        try:
            await run.tool("look", look)
        except FileNotFoundError:
            await run.say("could not look")

    stage.bot(server.url, answer)
    person = await stage.person(server)
    failed = await person.answer("fail")
    assert (failed.state, failed.run["error"], failed.words) == ("failed", "no such city", "half")
    assert [str(error) for error in stage.errors] == ["no such city"]
    looked = await person.answer("look")
    assert (looked.state, looked.words) == ("completed", "half\n\ncould not look")
    assert (looked.tools[0]["state"], looked.tools[0]["error"]) == ("failed", "no such file")


async def test_what_is_not_async_has_failed_and_is_told_what_to_do(stage: Stage) -> None:
    server = await stage.server()

    def add(_: Tool) -> int:
        return 1

    async def answer(run: Run) -> None:
        await run.tool("add", add)  # type: ignore[arg-type]

    def forgetful(run: Run) -> None:
        pass

    bot = stage.bot(server.url, answer)
    person = await stage.person(server)
    outcome = await person.answer("go")
    assert (outcome.state, outcome.run["error"]) == ("failed", "add has to be `async def`")
    assert outcome.tools[0]["state"] == "failed"
    bot.on_run(forgetful)  # type: ignore[arg-type]
    outcome = await person.answer("go")
    assert (outcome.state, outcome.run["error"]) == ("failed", "forgetful has to be `async def`")


async def test_a_part_that_is_refused_leaves_room_for_those_that_follow(stage: Stage) -> None:
    server = await stage.server()
    refusals = []

    async def answer(run: Run) -> None:
        await run.say("before ")
        try:
            await run.data("much", "x" * 100_000)
        except RefusedError as refusal:
            refusals.append(refusal)
        await run.data("little", 1)
        await run.say("after")

    stage.bot(server.url, answer)
    person = await stage.person(server)
    outcome = await person.answer("go")
    assert [part["type"] for part in outcome.parts] == ["text", "data", "text"]
    assert (outcome.state, outcome.words) == ("completed", "before \n\nafter")
    assert [refusal.code for refusal in refusals] == ["too_large"]
    assert refusals[0].limit is not None


async def test_an_answer_that_the_server_does_not_want_is_no_success(stage: Stage) -> None:
    server = await stage.server()

    async def answer(run: Run) -> None:
        await run.say("a\0b")

    stage.bot(server.url, answer)
    person = await stage.person(server)
    outcome = await person.answer("go")
    assert outcome.state == "failed"
    assert [type(error) for error in stage.errors] == [RefusedError]
    assert outcome.run["error"] == str(stage.errors[0])


async def test_who_does_not_wait_for_what_is_said_any_more_leaves_no_hole(stage: Stage) -> None:
    server = await stage.server()
    proxy = await stage.proxy(server)

    async def answer(run: Run) -> None:
        await run.say("one ")
        proxy.hold()
        for value in (1, 2):
            try:
                await asyncio.wait_for(run.data("slow", value), 0.1)
            except asyncio.TimeoutError:
                continue
        proxy.release()
        await run.say("two")

    stage.bot(proxy.url, answer)
    person = await stage.person(server)
    outcome = await person.answer("go")
    assert outcome.words == "one \n\ntwo"
    assert [part["value"] for part in outcome.parts if part["type"] == "data"] == [1, 2]


async def test_values_that_json_cannot_say_are_refused_where_they_are_said(stage: Stage) -> None:
    server = await stage.server()

    async def weigh(_: Tool) -> object:
        return object()

    async def answer(run: Run) -> None:
        for value in (object(), float("nan")):
            try:
                await run.data("odd", value)
            except (TypeError, ValueError) as fault:
                await run.say(f"{type(fault).__name__} ")
        await run.tool("weigh", weigh)

    stage.bot(server.url, answer)
    person = await stage.person(server)
    outcome = await person.answer("go")
    assert (outcome.state, outcome.words) == ("failed", "TypeError ValueError ")
    assert outcome.tools[0]["state"] == "failed"


async def test_f2_a_bot_takes_as_many_runs_at_a_time_as_it_wants(stage: Stage) -> None:
    server = await stage.server(bot="concurrency = 8")
    at_work = most = 0

    async def answer(run: Run) -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        # Long enough for a third one to come, if it may.
        await asyncio.sleep(0.2)
        at_work -= 1

    bot = stage.bot(server.url, answer, concurrency=2)
    people = [await stage.person(server) for _ in range(5)]
    asked = [await person.say("go") for person in people]
    for person, trigger in zip(people, asked, strict=True):
        assert (await person.outcome(trigger)).state == "completed"
    assert (most, bot.concurrency) == (2, 2)


async def test_f2_a_bot_is_told_that_it_gets_fewer_runs_than_it_wants(stage: Stage) -> None:
    server = await stage.server()

    async def answer(run: Run) -> None:
        await run.say("here")

    bot = stage.bot(server.url, answer, concurrency=10_000)
    await (await stage.person(server)).answer("go")
    assert bot.concurrency == 8
