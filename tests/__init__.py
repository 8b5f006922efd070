"""Bakes, and what proves that a baked project works."""
