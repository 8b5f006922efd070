"""Reasoning that a model writes into its answer, between `<think>` and `</think>`."""

START, END = "<think>", "</think>"


class Thoughts:
    """Removes the reasoning from the beginning of an answer; tags further on are text.

    Attributes:
        open: whether the model is reasoning.
    """

    def __init__(self) -> None:
        """Expect the beginning of an answer."""
        self.open = False
        self._closed = False
        self._began = False
        self._kept = ""

    def remove(self, piece: str) -> str:
        """Remove the reasoning from the next piece of the answer.

        Args:
            piece: the text as it arrives, cut anywhere.

        Returns:
            The text to show; empty while a tag may still be incomplete.
        """
        if self._began:
            return piece
        self._kept += piece
        if self.open:
            _, end, rest = self._kept.partition(END)
            self._kept = rest if end else self._kept[-len(END) :]
            self.open, self._closed = not end, bool(end)
            return self.remove("") if end else ""
        text = self._kept.lstrip()
        if text.startswith(START):
            self.open = True
            return self.remove("")
        if START.startswith(text):
            return ""
        self._began = True
        return text if self._closed else self._kept

    def rest(self) -> str:
        """Return the text at the end of an answer that could have become a tag."""
        return "" if self._began or self.open else self._kept.lstrip()
