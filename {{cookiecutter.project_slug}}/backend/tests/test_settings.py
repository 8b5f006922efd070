"""The settings: `.env.example` lists them all."""

from pathlib import Path

from app.settings import Settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"


def test_env_example_lists_every_setting_with_its_default() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    assignments = {
        name.removeprefix("#").strip(): value
        for name, equals, value in (line.partition("=") for line in lines)
        if equals
    }
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None or field.is_required() else str(field.default)
        assert assignments.get(name.upper()) == default.replace("True", "true"), name
