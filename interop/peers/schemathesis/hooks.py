"""What Schemathesis thinks up, as far as it is what clients send."""

import os

import schemathesis
from schemathesis import GenerationMode

# Who does this is in the room no more, and asks the rest in vain.
LEAVES = ("/leave", "/members/{user}")


@schemathesis.hook
def before_call(context, case, kwargs):
    """The server gives runs their ids: the dictionary has a word for the one that is there."""
    if case.path_parameters.get("run") == "answered":
        case.path_parameters["run"] = os.environ["RUN"]
    if is_of_a_room(case):
        case.path_parameters["room"] = "general"


def is_of_a_room(case):
    """What is asked, bound by bound, of a room that is not there says nothing of the bounds: it is asked of one that is."""
    path = case.meta.components.get("path") if case.meta else None
    if path is None or path.mode is not GenerationMode.POSITIVE or case.meta.phase.name != "coverage":
        return False
    return "room" in case.path_parameters and not case.operation.path.endswith(LEAVES)


@schemathesis.hook
def map_body(context, body):
    """JSON Schema counts 138.0 as an integer; no program writes one like this, and the server reads none."""
    return whole(body)


def whole(value):
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [whole(each) for each in value]
    if isinstance(value, dict):
        return {name: whole(each) for name, each in value.items()}
    return value
