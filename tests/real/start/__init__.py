"""The start of the backend, counted in instructions inside its image."""
