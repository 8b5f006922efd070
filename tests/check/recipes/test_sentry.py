"""docs/recipes/sentry.md, against a receiver of Sentry's envelopes."""

from pathlib import Path

from tests import recipes
from tests.backend import serve
from tests.check.recipes.answers import ask
from tests.check.recipes.receiver import receive

BROKEN = '''\
"""An answer that fails."""

from collections.abc import AsyncGenerator

from app.chat import Message


async def answer(messages: list[Message]) -> AsyncGenerator[str]:
    """Fail after the first word."""
    prompt = messages[-1].content
    yield prompt
    raise RuntimeError("The search is broken.")
'''


def test_a_failure_is_reported_without_what_the_user_wrote(both_app: Path, tmp_path: Path) -> None:
    project = recipes.follow(recipes.copy(both_app, tmp_path), "sentry")
    recipes.check_backend(project)
    (project / "backend/app/answer.py").write_text(BROKEN)
    with receive() as sentry:
        dsn = f"http://key@127.0.0.1:{sentry.server_port}/7"
        with serve(project, "app.server", SENTRY_DSN=dsn, NO_PROXY="127.0.0.1") as url:
            events = ask(url, "my own words")
        reports = sentry.bodies("/api/7/envelope/")
    assert [event["event"] for event in events] == ["token", "error"]
    assert b"The search is broken." in reports
    assert b"answer.py" in reports
    assert b"my own words" not in reports
