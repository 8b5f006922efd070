"""Reject a non-empty folder and every invalid answer before anything is written."""

import sys

if __name__ == "__main__":
    del sys.path[0]  # the temporary folder, where someone else's json.py may lie

import json
import os
import re
import shlex
import shutil

# A Python literal in one line, so that no answer can become code.
ANSWERS: dict[str, object] = {{dict(cookiecutter)}}  # type: ignore # noqa: F821

TAKEN_PORTS = {5173: "Vite", 8080: "the image's preview", 8787: "wrangler", 9229: "its debugger"}
SLUG_RULE = """up to 57 of a-z, 0-9, and single dashes, starting with a letter, not ending with \
a dash, and not backend, e2e, frontend, scripts, or worker"""
NOT_EMPTY = """{} is not empty, so nothing was changed. To update a project, run in its folder: \
uvx cruft update. To change an answer: uvx cruft update --variables-to-update {}"""
CREDENTIAL = "Remove the credential from the template's address: cruft stores it in .cruft.json."
Refusal = tuple[str, object, str, str]  # question, answer, rule, an answer that follows the rule


def check_text(key: str, longest: int, default: str) -> Refusal | None:
    """Accept one line of printable characters."""
    answer = str(ANSWERS[key])
    if answer.isprintable() and 1 <= len(answer) <= longest:
        return None
    words = "".join(char if char.isprintable() else " " for char in answer).split()
    correction = " ".join(words)[:longest].strip() or default
    return key, answer, f"one line of up to {longest} printable characters", correction


def check_slug(key: str) -> Refusal | None:
    """Accept a name that cookiecutter.json didn't have to make safe."""
    answer, safe = ANSWERS[f"__{key}_as_answered"], str(ANSWERS[key])
    return None if answer == safe else (key, answer, SLUG_RULE, safe)


def check_number(key: str, lowest: int, highest: int, default: str) -> Refusal | None:
    """Accept a whole number within its limits that isn't another server's port."""
    answer = str(ANSWERS[key])
    number = int(answer) if re.fullmatch("[1-9][0-9]{0,5}", answer) else 0
    if lowest <= number <= highest and number not in TAKEN_PORTS:
        return None
    taken = [f", except {port} ({user})" for port, user in TAKEN_PORTS.items() if port < highest]
    return key, answer, f"a whole number from {lowest} to {highest}{''.join(taken)}", default


def check_choice(key: str, *choices: object) -> Refusal | None:
    """Accept what the question offers; cookiecutter doesn't check a replay file."""
    answer, offered = ANSWERS[key], [str(choice).lower() for choice in choices]
    return None if answer in choices else (key, answer, f"one of {', '.join(offered)}", offered[0])


def refusals() -> list[Refusal]:
    """Check every answer, in the order of the questions."""
    checked = (
        check_text("project_name", 80, "My App"),
        check_slug("project_slug"),
        check_text("description", 200, "A React frontend and a FastAPI backend that streams."),
        check_choice("deployment", "cloudflare", "monolith", "both"),
        check_number("backend_port", 1024, 65535, "30001"),
        check_number("max_instances", 1, 1000, "3"),
        check_choice("instance_type", "basic", "lite", *(f"standard-{n}" for n in range(1, 5))),
        check_choice("initialize_git", True, False),
    )
    return [refusal for refusal in checked if refusal]


def without_credentials(address: str) -> str:
    """Remove user, password, token, and query from an address; the user git of SSH stays."""
    return re.sub(r"^([\w+.-]+://(?:git@)?)(?:[^/]*@)?([^?#]*).*", r"\1\2", address)


def corrected_command(refused: list[Refusal]) -> str:
    """Return the user's command with every rejected answer corrected."""
    answers = {key: answer for key, answer in ANSWERS.items() if not key.startswith("_")}
    answers |= {key: correction for key, _, _, correction in refused}
    answers["initialize_git"] = str(answers["initialize_git"]).lower()
    command, given = ["cookiecutter"], [f"{key}={answer}" for key, answer in answers.items()]
    if "_commit" in ANSWERS:
        command, given = ["cruft", "create"], ["--extra-context", json.dumps(answers)]
    start = [] if shutil.which(command[0]) else [sys.executable, "-m"]
    if "archive-v" in sys.prefix:  # uv's cache
        start = ["uvx"]
    if re.search(r"pipx\W(?!venvs)", sys.prefix) or os.environ.get("_", "").endswith("pipx"):
        start = ["pipx", "run"]
    output = os.path.dirname(os.getcwd())
    if "_commit" in ANSWERS and re.search(r"\Wtmp\w{8}$", output):  # cruft update generates there
        return shlex.join([*start, "cruft", "update", "--variables-to-update", json.dumps(answers)])
    options = ["--no-input", "--output-dir", output]
    if ANSWERS.get("_checkout"):
        options += ["--checkout", str(ANSWERS["_checkout"])]
    template = without_credentials(str(ANSWERS["_template"]))
    return shlex.join([*start, *command, template, *options, *given])


def problem() -> str:
    """Return what is wrong, or an empty string."""
    template = str(ANSWERS["_template"])
    if "__prompts__" in ANSWERS:  # cookiecutter 2.3 and later remove it
        return "This template needs cookiecutter 2.3 or later: pip install --upgrade cookiecutter"
    if set(os.listdir()) - {".git"}:
        layout = json.dumps({"deployment": ANSWERS["deployment"]})
        return NOT_EMPTY.format(os.getcwd(), shlex.quote(layout))
    if "_commit" in ANSWERS and without_credentials(template) != template:
        return CREDENTIAL
    if not (refused := refusals()):
        return ""
    reasons = "".join(f"  {k} must be {r}.\n    The answer was {a!r}.\n" for k, a, r, _ in refused)
    heading = "\nNothing was generated, because these answers are invalid:\n\n"
    return f"{heading}{reasons}\nWith corrected answers:\n\n  {corrected_command(refused)}\n"


if __name__ == "__main__":
    os.unlink(__file__)  # cookiecutter would leave this file, with the template's address in it
    sys.exit(problem() or 0)
