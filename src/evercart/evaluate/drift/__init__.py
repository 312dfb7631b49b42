"""Drift: what moved, since when, by how much."""
