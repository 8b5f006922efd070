"""A day of load in an hour: mixed traffic, and containers that are killed."""
