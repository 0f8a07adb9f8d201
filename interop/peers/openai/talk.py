"""Talks with a bot through OpenAI's own library, as published, and prints what came as JSON: `talk.py BASE_URL TOKEN`."""

import json
import sys

from openai import APIStatusError, OpenAI

base_url, token = sys.argv[1:]
client = OpenAI(base_url=base_url, api_key=token, max_retries=0)


def say(words: str) -> dict:
    return {"model": "echo", "messages": [{"role": "user", "content": words}]}


def refused(words: str, **other: object) -> dict:
    """How the library names an error of the server."""
    try:
        client.with_options(**other).chat.completions.create(**say(words))
    except APIStatusError as error:
        kind = type(error).__name__
        return {"kind": kind, "status": error.status_code, "code": error.code, "param": error.param}
    raise SystemExit("nothing was refused")


whole = client.chat.completions.create(**say("hello"))
pieces, usage = [], None
for chunk in client.chat.completions.create(**say("stream"), stream=True, stream_options={"include_usage": True}):
    usage = chunk.usage or usage
    pieces += [choice.delta.content for choice in chunk.choices if choice.delta.content]
failed = refused("fail")
print(
    json.dumps(
        {
            "models": [model.id for model in client.models.list()],
            "whole": [whole.choices[0].message.content, whole.choices[0].finish_reason, whole.usage.total_tokens],
            "streamed": ["".join(pieces), len(pieces) > 1, usage.total_tokens],
            "failed": failed,
            "stranger": refused("hello", api_key="nobody"),
            "lost": refused("hello", base_url=base_url.replace("echo", "nobody")),
        }
    )
)
