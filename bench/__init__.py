"""Benches: what this template claims about speed, size and cost, beside a floor or a peer."""
