"""The pictures of README.md, made from the real page and from real containers."""
