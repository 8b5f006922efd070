"""HTTP: problem documents, request IDs, limits, and event streams."""
