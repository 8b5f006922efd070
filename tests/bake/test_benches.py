"""The results of the benches: storing them, showing them, and comparing them with their bounds."""

import os
import re
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import chart, numbers, report, results, run, tools
from bench.results import Result, Row, compared, measured
from bench.router import prices


def result(*rows: Row) -> Result:
    """Create a result with some rows."""
    return Result("2026-01-02", 3.0, 2, 0.25, {"Python": "3.11.0"}, list(rows))


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Store results in the test's folder, and write no page."""
    file = tmp_path / "results.json"
    monkeypatch.setattr(run, "load", lambda: results.load(file))
    monkeypatch.setattr(run, "save", lambda found: results.save(found, file))
    monkeypatch.setattr(run, "show", lambda: None)
    return file


def use(monkeypatch: pytest.MonkeyPatch, **measures: Callable[[Path], list[Row]]) -> None:
    """Replace the real benches."""
    benches = {name: run.Bench(measure) for name, measure in measures.items()}
    monkeypatch.setattr(run, "BENCHES", benches)


def test_the_page_and_the_readme_show_the_results() -> None:
    found = results.load()
    assert run.together() <= found.keys() <= run.BENCHES.keys()
    page = report.PAGE.read_text("utf-8")
    shown = report.with_main_table(report.page_with(page, found), found)
    assert page == shown, "run: python -m bench.run --show"
    readme = report.README.read_text("utf-8")
    assert readme == numbers.readme_with(readme, found), "run: python -m bench.run --show"
    for name, drawing in chart.drawings(found).items():
        assert (chart.IMAGES / name).read_text("utf-8") == drawing, name


def test_the_page_begins_with_at_most_twelve_rows() -> None:
    page = report.PAGE.read_text("utf-8")
    tables = re.findall(r"^\| --- .*\n((?:\|.*\n)+)", page, re.MULTILINE)
    assert 0 < tables[0].count("\n") == len(report.MAIN) <= 12
    assert all(f"<!-- {name} -->" in page for name in run.BENCHES)


def test_a_container_that_is_awake_all_month_costs_what_exceeds_the_plan() -> None:
    assert prices.monthly_cost(30 * 86_400) == pytest.approx(6.255 + 0.67536)
    assert prices.monthly_cost(90_000) == 0


def test_handwritten_text_stays() -> None:
    page = "before\n<!-- a -->\nold\n<!-- end of a -->\nafter\n"
    shown = report.page_with(page, {"a": result(measured("x", "a thing", [2], "ms"))})
    assert shown.startswith("before\n<!-- a -->\n")
    assert shown.endswith("\n<!-- end of a -->\nafter\n")
    assert "| a thing | 2 ms |" in shown
    assert "old" not in shown
    with pytest.raises(ValueError, match="<!-- b -->"):
        report.page_with(page, {"b": result()})


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    rows = (
        compared("r", "ratio", [2, 4, 9], ("floor", [1, 2, 3]), "s").at_most(2),
        measured("v", "value", [5]).at_least(6),
    )
    results.save({"a": result(*rows)}, tmp_path / "results.json")
    assert results.load(tmp_path / "results.json") == {"a": result(*rows)}


def test_a_ratio_is_the_median_of_those_within_a_round() -> None:
    row = compared("r", "ratio", [2, 4, 9], ("floor", [1, 2, 3]))
    assert (row.value, row.baseline_value, row.ratio, row.spread) == (4, 2, 2, (2, 3))


@pytest.mark.parametrize(
    ("row", "holds"),
    [
        (compared("r", "", [3], ("floor", [2])).at_most(1.5), True),
        (compared("r", "", [3], ("floor", [2])).at_most(1.4), False),
        (compared("r", "", [3], ("floor", [2])).at_least(1.6), False),
        (compared("r", "", [3], ("floor", [2])).at_most(2.9, of="value"), False),
        (measured("v", "", [3]).at_most(3), True),
        (measured("v", "", [3]), None),
    ],
)
def test_a_bound_applies_to_the_ratio_or_the_value(row: Row, *, holds: bool | None) -> None:
    assert row.is_within_bound() is holds
    assert ("**" in report.cells(row)[-1]) is (holds is False)


def test_a_failing_bench_loses_no_results(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = measured("x", "old", [1]), measured("x", "new", [2])
    results.save({"broken": result(old), "other": result(old)}, kept)

    def broken(base: Path) -> list[Row]:
        raise ValueError("it broke")

    use(monkeypatch, broken=broken, other=lambda base: [new])
    assert run.run(["broken", "other"], tmp_path) == ["broken"]
    assert "it broke" in capsys.readouterr().out
    found = results.load(kept)
    assert found["broken"].rows == [old]
    assert found["other"].rows == [new]


def test_a_missing_program_is_reported_with_how_to_install_it(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tools, "has", lambda program: program != "wrk")
    benches = {
        "load": run.Bench(lambda base: [], ("docker", "wrk")),
        "other": run.Bench(lambda base: [measured("x", "x", [1])]),
    }
    monkeypatch.setattr(run, "BENCHES", benches)
    assert run.run(["load", "other"], tmp_path) == ["load"]
    assert "apt-get install wrk" in capsys.readouterr().out
    assert results.load(kept).keys() == {"other"}


def test_the_quick_run_stores_nothing_and_names_missed_bounds(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [measured("x", "too much", [2]).at_most(1), measured("y", "fine", [1]).at_most(1)]
    monkeypatch.setattr(run, "BENCHES", {"a": run.Bench(lambda base: [], quick=lambda base: rows)})
    assert run.run_quick(tmp_path) == ["a: too much"]
    assert not kept.exists()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.119, "0.12"),
        (71513, "71,513"),
        (13.55, "13.6"),
        (5, "5"),
        (333.5, "334"),
        (-0.241, "-0.24"),
    ],
)
def test_numbers_have_significant_digits(value: float, text: str) -> None:
    assert report.number(value) == text


def test_servers_on_this_machine_are_reached_without_a_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "example.com")
    monkeypatch.setenv("no_proxy", "")
    assert not urllib.request.proxy_bypass("127.0.0.1")
    run.bypass_proxy()
    assert urllib.request.proxy_bypass("127.0.0.1")
    assert os.environ["NO_PROXY"].split(",")[0] == "example.com"
