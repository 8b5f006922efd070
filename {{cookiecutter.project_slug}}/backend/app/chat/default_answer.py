"""The answer of an app without a model. It needs no key; delete it along with its caller."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from pathlib import Path

from app.chat import SourceEvent, StatusEvent, StreamEvent
from app.server.platform import load_platform

EXAMPLES = Path(__file__).with_name("examples.json")
"""The questions on the empty page, with answers that show what the app can do."""

SECONDS_BETWEEN_WORDS = 0.03
SECONDS_OF_STATUS = 0.8

OLLAMA = "http://127.0.0.1:11434"
OLLAMA_SECONDS = 0.1

NO_MODEL = """No model is configured, so this app answers only its three examples. \
To connect one, add these lines to `.env`:

```sh
MODEL_NAME=gpt-5-mini
MODEL_API_KEY=sk-…  # from OpenAI; docs/models.md lists other providers
```
"""

OLLAMA_RUNS = """
Ollama runs on this machine with {models}. To use it, add these lines instead:

```sh
MODEL_BASE_URL={url}/v1
MODEL_NAME={model}
```
"""


async def answer_without_model(question: str) -> AsyncGenerator[str | StreamEvent]:
    """Answer an example, or say how to configure a model, in pieces as a model would send them."""
    examples = json.loads(EXAMPLES.read_text("utf-8")) if EXAMPLES.exists() else {"questions": []}
    if question in examples["questions"]:
        example = examples["answers"][examples["questions"].index(question)]
        yield StatusEvent(text=example["status"])
        await asyncio.sleep(SECONDS_OF_STATUS)
        for source in example.get("sources", []):
            yield SourceEvent(**source)
        text = "\n".join(example["text"])
    else:
        text = NO_MODEL
        if load_platform().layout == "development" and (models := await find_ollama_models()):
            names = ", ".join(f"`{model}`" for model in models)
            text += OLLAMA_RUNS.format(models=names, url=OLLAMA, model=models[0])
    for word in re.findall(r"\S+\s*", text):
        yield word
        await asyncio.sleep(SECONDS_BETWEEN_WORDS)


async def find_ollama_models() -> list[str]:
    """Return the models of the Ollama server on this machine; empty if it doesn't respond."""
    import httpx2  # noqa: PLC0415 - needed for the first answer, not at the start

    try:
        async with asyncio.timeout(OLLAMA_SECONDS), httpx2.AsyncClient(trust_env=False) as client:
            response = await client.get(f"{OLLAMA}/api/tags")
            return [model["name"] for model in response.json()["models"]]
    except (httpx2.HTTPError, KeyError, TimeoutError, TypeError, ValueError):
        return []
