"""The imports of a start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

START = """
import asyncio, sys
from app.main import create_app, lifespan

async def start():
    async with lifespan(create_app()):
        print("httpx2" in sys.modules)

asyncio.run(start())
"""


@pytest.mark.parametrize(("name", "imported"), [("", "False"), ("a-model", "True")])
def test_only_an_app_with_a_model_pays_for_its_client(name: str, imported: str) -> None:
    done = subprocess.run(  # noqa: S603 - runs this file's own code
        [sys.executable, "-c", START],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"MODEL_NAME": name},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == imported
