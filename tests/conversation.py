"""The request body of `POST /stream`."""


def conversation(*contents: str) -> dict[str, list[dict[str, str]]]:
    """Create the request for the next answer; the user and the assistant take turns."""
    roles = ("user", "assistant")
    return {
        "messages": [
            {"role": roles[turn % 2], "content": content} for turn, content in enumerate(contents)
        ]
    }
