"""The process: `python -m app.server` runs it."""
