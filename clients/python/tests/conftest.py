"""What every test can ask for."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from support.stage import Stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """A stage that is cleared after the test."""
    async with AsyncExitStack() as ends:
        yield Stage(ends)
