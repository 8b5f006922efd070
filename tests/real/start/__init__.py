"""Counts the instructions of the backend's start inside its image."""
