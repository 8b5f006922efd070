"""Runs GitHub workflows on this machine: each `run:` step unchanged, in order."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.projects import environment

PROVIDED = {
    "actions/checkout": "the project is a fresh clone",
    "actions/setup-node": "Node.js",
    "oven-sh/setup-bun": "bun",
    "astral-sh/setup-uv": "uv",
    "actions/cache": "the downloads that this machine has kept",
}
"""The replacement of each action. A workflow that uses any other action fails."""

JQ = """\
import pathlib, sys, jq

option, program, file = sys.argv[1:]
assert option == "--raw-output", option
for value in jq.compile(program).input_text(pathlib.Path(file).read_text()):
    print(value)
"""
"""The part of the program `jq` that workflows use, based on the library of the same name."""

HERE = "$/"
"""The form in which a step refers to an action in its own repository."""


@dataclass
class Workflow:
    """A workflow of a project."""

    project: Path
    name: str
    values: Mapping[str, str] = field(default_factory=dict)
    """The value of each expression, including conditions; an unknown one fails."""
    variables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Variables that a test passes to steps, by the steps' names."""
    instead: Mapping[str, str] = field(default_factory=dict)
    """Replacements for steps that this machine can't run, by name."""
    outputs: dict[str, str] = field(default_factory=dict)
    """The steps' outputs, by the expression that reads them."""
    printed: dict[str, str] = field(default_factory=dict)
    """The printed output of each step, by name."""

    def content(self) -> dict[str, Any]:
        """Read the file."""
        content: dict[str, Any] = load(self.project / ".github" / "workflows" / f"{self.name}.yml")
        return content

    def run(self, *jobs: str) -> None:
        """Run jobs, one after the other.

        Raises:
            AssertionError: A step failed, or is neither a command nor in PROVIDED.
        """
        for name in jobs:
            job = self.content()["jobs"][name]
            if not self.is_true(job.get("if", "always()")):
                continue
            for step in self.steps(job["steps"]):
                if "run" in step and self.is_true(step.get("if", "always()")):
                    self.run_step(step, job.get("env", {}))
            for output, text in job.get("outputs", {}).items():
                self.outputs[f"needs.{name}.outputs.{output}"] = self.substitute(text)

    def steps(self, listed: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield the steps, with the repository's own actions expanded."""
        for step in listed:
            action = step.get("uses", "")
            if action.startswith(HERE):
                path = self.project / action.removeprefix(HERE) / "action.yml"
                yield from self.steps(load(path)["runs"]["steps"])
            else:
                assert "run" in step or action.split("@")[0] in PROVIDED, step
                yield step

    def run_step(self, step: dict[str, Any], variables: dict[str, str]) -> None:
        """Run a command as GitHub does, with its job's variables and its own."""
        assert step.get("shell", "bash") == "bash", step
        script = self.instead.get(step["name"], step["run"])
        options = ("--noprofile", "--norc", "-eo", "pipefail") if "shell" in step else ("-e",)
        assert "${{" not in step["run"], f"an expression inside a script: {step}"
        written = self.project.parent / "github-output"
        written.write_text("")
        stated = variables | step.get("env", {})
        given = {"CI": "true", "GITHUB_OUTPUT": str(written)}
        given |= {key: self.substitute(text) for key, text in stated.items()}
        given |= self.variables.get(step["name"], {})
        done = subprocess.run(
            ["bash", *options, "-c", script],
            cwd=self.project,
            env=with_jq(self.project.parent) | given,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, check=False, timeout=800,
        )  # fmt: skip
        assert done.returncode == 0, f"{script}\n{done.stdout[-8000:]}"
        self.printed[step["name"]] = done.stdout
        for line in written.read_text().splitlines():
            key, _, text = line.partition("=")
            self.outputs[f"steps.{step['id']}.outputs.{key}"] = text

    def value(self, expression: str) -> str:
        """Look an expression up."""
        known = {"always()": "true"} | dict(self.values) | self.outputs
        assert expression in known, f"{self.name}.yml has an unknown expression: {expression}"
        return known[expression]

    def is_true(self, condition: str) -> bool:
        """Return whether an `if:` is true."""
        return self.value(condition) not in ("", "false")

    def substitute(self, text: object) -> str:
        """Replace the expressions of a text."""
        return re.sub(r"\$\{\{ (.+?) \}\}", lambda found: self.value(found[1]), str(text))


def with_jq(folder: Path) -> dict[str, str]:
    """Put jq, which GitHub's machines have, first on the path, in a folder of the test."""
    program = folder / "bin" / "jq"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!{sys.executable}\n{JQ}")
    program.chmod(0o755)
    variables = environment()
    return variables | {"PATH": f"{program.parent}{os.pathsep}{variables['PATH']}"}


def load(path: Path) -> Any:
    """Read a YAML file."""
    return yaml.safe_load(path.read_text("utf-8"))


def clone(project: Path, folder: Path) -> Path:
    """Clone a project as an action does, without installed packages."""
    command = ["git", "clone", "--quiet", "--no-local", str(project), str(folder)]
    subprocess.run(command, check=True, env=os.environ)
    return folder
