"""Render a hook with answers and import it, so that tests can reach each branch."""

import importlib.util
import itertools
import json
from pathlib import Path
from types import ModuleType
from typing import Any

from cookiecutter.generate import generate_context
from cookiecutter.prompt import prompt_for_config
from cookiecutter.utils import create_env_with_context

ROOT = Path(__file__).resolve().parent.parent
LOADED = itertools.count()


def questions() -> dict[str, Any]:
    """Read cookiecutter.json."""
    read: dict[str, Any] = json.loads((ROOT / "cookiecutter.json").read_text("utf-8"))
    return read


def default_answers() -> dict[str, object]:
    """The answers in a replay file of this template."""
    answers = {
        key: value[0] if isinstance(value, list) and key[0] != "_" else value
        for key, value in questions().items()
        if key != "__prompts__"
    }
    return answers | {"project_slug": "my-app", "__project_slug_as_answered": "my-app"}


def load(hook: str, folder: Path, **answers: object) -> ModuleType:
    """Render and import a hook.

    Args:
        hook: `pre_gen_project` or `post_gen_project`.
        folder: Where to put the rendered file.
        answers: Answers that differ from the defaults, by keys of cookiecutter.json or of its
            context. They reach the hook unchanged, even if cookiecutter would reject them.

    Returns:
        The module. Its `main` has not run yet.
    """
    context = generate_context(str(ROOT / "cookiecutter.json"))
    asked = {
        k: v for k, v in answers.items() if not isinstance(context["cookiecutter"].get(k), list)
    }
    context["cookiecutter"].update(asked)
    rendered = prompt_for_config(context, no_input=True)
    rendered.update({k: v for k, v in answers.items() if k not in asked})
    rendered.setdefault("_template", str(ROOT))
    rendered.setdefault("_repo_dir", str(ROOT))
    rendered.setdefault("_output_dir", str(folder))
    rendered.setdefault("_checkout", None)
    environment = create_env_with_context({"cookiecutter": rendered})
    source = (ROOT / "hooks" / f"{hook}.py").read_text("utf-8")
    target = (
        folder / f"{hook}_{next(LOADED)}.py"
    )  # a unique name, because Python caches modules by name
    target.write_text(environment.from_string(source).render(cookiecutter=rendered), "utf-8")
    specification = importlib.util.spec_from_file_location(hook, target)
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module
