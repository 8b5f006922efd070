"""Refuse bad answers, all at once, before anything is written, with the corrected command."""

import os
import sys

if __name__ == "__main__":
    del sys.path[0]  # the folder for temporary files, where anybody's json.py may lie

# Python's own literal, so that no answer can become code; the one nested setting is left out.
# Importing json would take longer than everything this hook does.
ANSWERS: dict[str, object] = {{dict(cookiecutter, _jinja2_env_vars=None)}}  # type: ignore # noqa: F821

OLDEST_COOKIECUTTER = (2, 7)
DEFAULTS = {  # a test holds these to cookiecutter.json
    "project_name": "My App",
    "project_slug": "my-app",
    "description": "A React frontend and a FastAPI backend that streams.",
    "deployment": "cloudflare",
    "backend_port": "30001",
    "max_instances": "3",
    "instance_type": "basic",
    "initialize_git": "true",
}
CHOICES: dict[str, tuple[object, ...]] = {
    "deployment": ("cloudflare", "monolith", "both"),
    "instance_type": ("basic", "lite", "standard-1", "standard-2", "standard-3", "standard-4"),
    "initialize_git": (True, False),
}
TAKEN_PORTS = {5173: "Vite", 8080: "the image's preview", 8787: "wrangler", 9229: "its debugger"}
WORKSPACES = ("backend", "e2e", "frontend", "scripts", "worker")
SLUG_LENGTH = 57
SLUG_CHARACTERS = set("abcdefghijklmnopqrstuvwxyz0123456789-")


class Refusal:
    """An answer that breaks its rule, and one that would not."""

    def __init__(self, key: str, answer: object, rule: str, correction: str) -> None:
        """Hold what to say of the answer to one question."""
        self.key, self.answer, self.rule, self.correction = key, answer, rule, correction


def check_text(key: str, longest: int) -> Refusal | None:
    """Refuse what is not one line of 1 to `longest` printable characters."""
    answer = str(ANSWERS[key])
    if 1 <= len(answer) <= longest and answer.isprintable():
        return None
    rule = f"must be one line of 1 to {longest} printable characters"
    spaced = "".join(c if c.isprintable() else " " for c in answer)
    correction = " ".join(spaced.split())[:longest].strip() or DEFAULTS[key]
    return Refusal(key, answer, rule, correction)


def check_slug() -> Refusal | None:
    """Refuse what cannot name a folder, a package, an image and a Worker alike."""
    answer = str(ANSWERS["__project_slug_as_answered"])
    words = answer.split("-")
    well_formed = all(words) and set(answer) <= SLUG_CHARACTERS and answer[0].isalpha()
    if well_formed and len(answer) <= SLUG_LENGTH and answer not in WORKSPACES:
        return None
    rule = (
        f"must be at most {SLUG_LENGTH} of a-z, 0-9 and single dashes, start with a letter, "
        f"not end with a dash, and be none of {', '.join(WORKSPACES)}"
    )
    folder = str(ANSWERS["project_slug"])  # cookiecutter.json left a-z, 0-9 and - in it
    if not folder[0].isalpha() or folder in WORKSPACES:
        folder = f"app-{folder}"[:SLUG_LENGTH].rstrip("-")
    return Refusal("project_slug", answer, rule, folder)


def check_number(key: str, lowest: int, highest: int, taken: dict[int, str]) -> Refusal | None:
    """Refuse what is not a whole number within its limits, or is taken."""
    answer = str(ANSWERS[key])
    number = int(answer) if len(answer) < 7 and answer.isdecimal() else 0
    if str(number) == answer and lowest <= number <= highest and number not in taken:
        return None
    rule = f"must be a whole number from {lowest} to {highest}"
    if taken:
        rule += f", none of {', '.join(f'{port} ({user})' for port, user in taken.items())}"
    return Refusal(key, answer, rule, DEFAULTS[key])


def check_choice(key: str) -> Refusal | None:
    """Refuse what was not offered: a replay or a script can bring anything."""
    if ANSWERS[key] in CHOICES[key]:
        return None
    offered = ", ".join(str(choice).lower() for choice in CHOICES[key])
    return Refusal(key, ANSWERS[key], f"must be one of {offered}", DEFAULTS[key])


def refusals() -> list[Refusal]:
    """Check every answer, in the order of the questions."""
    checked = (
        check_text("project_name", 80),
        check_slug(),
        check_text("description", 200),
        check_choice("deployment"),
        check_number("backend_port", 1024, 65535, TAKEN_PORTS),
        check_number("max_instances", 1, 1000, {}),
        check_choice("instance_type"),
        check_choice("initialize_git"),
    )
    return [refusal for refusal in checked if refusal]


def corrected_command(refused: list[Refusal]) -> str:
    """Write the command that generates the project with every refused answer corrected."""
    import shlex  # noqa: PLC0415 (only a refusal needs it)

    answers = {key: str(ANSWERS[key]) for key in DEFAULTS} | {r.key: r.correction for r in refused}
    answers["initialize_git"] = answers["initialize_git"].lower()
    words = ["cookiecutter", str(ANSWERS["_template"]), "--no-input"]
    if ANSWERS.get("_checkout"):
        words += ["--checkout", str(ANSWERS["_checkout"])]
    if (output := ANSWERS.get("_output_dir")) and output != os.environ.get("PWD"):
        words += ["--output-dir", str(output)]
    return shlex.join(words + [f"{key}={answer}" for key, answer in answers.items()])


def cookiecutter_version(path: list[str]) -> tuple[int, ...] | None:
    """Find which cookiecutter runs this, by its metadata's folder: importing it takes 50 ms.

    Args:
        path: where modules are looked for, as `sys.path`.

    Returns:
        Major and minor version, or None where it cannot be told.
    """
    for folder in filter(os.path.isdir, path):
        for name in os.listdir(folder):
            if name.startswith("cookiecutter-") and name.endswith(".dist-info"):
                version = name.removeprefix("cookiecutter-").split(".")[:2]
                return tuple(map(int, version)) if all(map(str.isdecimal, version)) else None
    return None


def main() -> int:
    """Check cookiecutter's version, then the answers.

    Returns:
        The exit status: 1 where something was refused, which makes cookiecutter stop.
    """
    version = cookiecutter_version(sys.path)
    if version and version < OLDEST_COOKIECUTTER:
        needed = ".".join(map(str, OLDEST_COOKIECUTTER))
        sys.stderr.write(
            f"This template needs cookiecutter {needed} or later and found "
            f"{'.'.join(map(str, version))}: pip install --upgrade 'cookiecutter>={needed}'\n"
        )
        return 1
    refused = refusals()
    if not refused:
        return 0
    reasons = "\n".join(f"  {r.key} {r.rule}.\n    The answer was {r.answer!r}.\n" for r in refused)
    sys.stderr.write(
        f"\nNothing was generated, because of these answers:\n\n{reasons}\n"
        f"With them corrected:\n\n  {corrected_command(refused)}\n\n"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
