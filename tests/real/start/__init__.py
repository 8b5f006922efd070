"""The instructions of the backend's start, counted inside its image."""
