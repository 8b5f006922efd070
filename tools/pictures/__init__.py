"""The pictures in docs/images, recorded from the real page and real containers."""
