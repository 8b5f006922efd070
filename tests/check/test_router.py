"""The Worker's router keeps its bounds in simulations."""

import re

import pytest

from bench.router.bench import Case, problems, simulate
from tools.generate import ROOT

SCALING = ROOT / "{{cookiecutter.project_slug}}" / "worker" / "scaling"


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Simulate a few of the cases in bench/router/scaling.md."""
    return simulate("scaling.ts", "--quick")


def test_messages_overfilling_and_awake_instances_are_bounded(cases: list[Case]) -> None:
    sizes = [case for case in cases if case["table"] == "sizes"]
    assert len(sizes) == 31
    assert [
        case["conditions"] | {"exceeds": found} for case in sizes if (found := problems(case))
    ] == []


def test_an_instance_that_cannot_start_fails_no_request(cases: list[Case]) -> None:
    broken = [case for case in cases if "can't start" in case["conditions"].get("condition", "")]
    assert [problems(case) for case in broken] == [[], []]


def test_one_request_at_a_time_keeps_exactly_one_instance_awake(cases: list[Case]) -> None:
    (light,) = (case["measured"] for case in cases if case["table"] == "light")
    assert light["messages"]["most"] == 1
    assert 0.99 <= light["awake"] <= 1


def test_instances_start_as_the_load_rises_and_sleep_after_it_falls(cases: list[Case]) -> None:
    rise, fall = (case for case in cases if case["table"] == "changes")
    assert problems(rise) == []
    assert fall["measured"]["awakeAtEnd"] <= 1.3 * fall["measured"]["fewestAtPeak"] + 1


def test_the_router_has_at_most_six_constants() -> None:
    code = "".join(path.read_text("utf-8") for path in SCALING.glob("*.ts"))
    constants = set(re.findall(r"^(?:export )?const ([A-Z_]+)", code, re.MULTILINE))
    headers = {"SCALING_HEADER", "FORMER_HEADER"}
    assert headers < constants
    assert len(constants - headers) <= 6, constants
