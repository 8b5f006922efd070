"""Tests wait long enough for a busy machine. Only benches measure how long something takes."""

import re
from pathlib import Path

import pytest

from tests.projects import run
from tests.rendered_hook import ROOT

IMPATIENT = re.compile(
    r"(monotonic|perf_counter|time|now)\(\) - [\w.]+ <"  # a time limit
    r"|(monotonic\(\) \+ |\.wait\(|asyncio\.timeout\()[0-4](\.\d+)?\)?$"  # gives up too soon
    r"|vi\.waitFor\(",  # gives up after a second; `expect.poll` has a longer setting
    re.MULTILINE,
)
TESTS = [
    name
    for name in run(ROOT, "git", "ls-files", "-z").stdout.split("\0")
    if re.search(r"(/test_[^/]+\.py|/conftest\.py|\.test\.tsx?)$", name)
    and Path(name).name != Path(__file__).name
]


def test_no_test_is_impatient() -> None:
    assert len(TESTS) > 100
    found = {name: IMPATIENT.findall((ROOT / name).read_text()) for name in TESTS}
    assert not {name: matches for name, matches in found.items() if matches}


@pytest.mark.parametrize(
    "line",
    [
        "assert time.monotonic() - began < 20",
        "deadline = time.monotonic() + 1",
        "assert cancelled.wait(1)",
        "await vi.waitFor(() => expect(fetch).toHaveBeenCalledOnce());",
    ],
)
def test_an_impatient_line_is_found(line: str) -> None:
    assert IMPATIENT.search(line)
