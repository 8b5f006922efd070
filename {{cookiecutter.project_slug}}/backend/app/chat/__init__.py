"""A conversation, and the events that answer it."""
