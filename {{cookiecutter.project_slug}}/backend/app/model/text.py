"""The text of an answer, cleaned while it arrives: without reasoning or split characters."""

from codecs import getincrementaldecoder

START, END = "<think>", "</think>"

utf16_decoder = getincrementaldecoder("utf-16-le")


class Thoughts:
    """Removes the reasoning from the beginning of an answer; tags further on are text.

    Some models write it between `<think>` and `</think>`. While they do, `open` is true.
    """

    def __init__(self) -> None:
        """Start at the beginning of an answer."""
        self.open = False
        self._closed = False
        self._began = False
        self._kept = ""

    def remove(self, piece: str) -> str:
        """Return the part of the next piece to show; empty while a tag may still be incomplete."""
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


class Characters:
    """Joins the halves of characters that were split between two pieces of a text.

    Some providers split emoji into UTF-16 surrogates, which UTF-8 can't encode.
    """

    def __init__(self) -> None:
        """Start a text."""
        self._decoder = utf16_decoder(errors="replace")

    def join(self, piece: str) -> str:
        """Add a piece, and return it without surrogates.

        Half a character at the end waits for the next piece. If the other half doesn't follow, it
        becomes U+FFFD.
        """
        # most text is ASCII, which needs no decoding unless half a character is waiting
        if piece.isascii() and not self._decoder.getstate()[0]:
            return piece
        return self._decoder.decode(piece.encode("utf-16-le", "surrogatepass"))

    def end(self) -> str:
        """End the text: return U+FFFD if half a character is still waiting."""
        return self._decoder.decode(b"", final=True)
