"""Characters that a provider splits between two chunks."""

from codecs import getincrementaldecoder

utf16_decoder = getincrementaldecoder("utf-16-le")


class Characters:
    """Joins the halves of characters that were split between two pieces of a text.

    Some providers split emoji into UTF-16 surrogates, which UTF-8 can't encode.
    """

    def __init__(self) -> None:
        """Start a text."""
        self._decoder = utf16_decoder(errors="replace")

    def join(self, piece: str) -> str:
        """Add a piece.

        Args:
            piece: the next piece, which may start or end with half a character.

        Returns:
            The piece without surrogates. Half a character at its end waits for the next piece;
            a half whose other half never comes becomes U+FFFD.
        """
        # most text is ASCII, which needs no decoding unless half a character is waiting
        if piece.isascii() and not self._decoder.getstate()[0]:
            return piece
        return self._decoder.decode(piece.encode("utf-16-le", "surrogatepass"))

    def end(self) -> str:
        """End the text.

        Returns:
            U+FFFD if half a character is still waiting, or an empty string.
        """
        return self._decoder.decode(b"", final=True)
