"""Neighbours: candidates for a recommendation, found among the sessions of others."""
