"""Benches that measure the template's speed, size, and cost against a floor or a peer."""
