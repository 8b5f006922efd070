"""Characters that a provider splits between two chunks."""

import pytest

from app.model.chunks import Characters


@pytest.mark.parametrize(
    ("pieces", "texts"),
    [
        (["ok ", "\ud83d", "\ude00"], ["ok ", "", "😀", ""]),
        (["a\ud83d", "\ude00b"], ["a", "😀b", ""]),
        (["\ud83d", "", "\ude00"], ["", "", "😀", ""]),
        (["\ud83d", "a"], ["", "\ufffda", ""]),
        (["\ude00", "a"], ["\ufffd", "a", ""]),
        (["\ud83d", "\ud83d\ude00"], ["", "\ufffd😀", ""]),
        (["a", "\ud83d"], ["a", "", "\ufffd"]),
    ],
)
def test_split_characters_become_whole(pieces: list[str], texts: list[str]) -> None:
    characters = Characters()
    assert [*map(characters.join, pieces), characters.end()] == texts
