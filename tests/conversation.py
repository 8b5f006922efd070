"""What `POST /stream` takes."""


def conversation(prompt: str) -> dict[str, list[dict[str, str]]]:
    """Write the request for the answer to one prompt."""
    return {"messages": [{"role": "user", "content": prompt}]}
