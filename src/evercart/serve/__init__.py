"""Serving: what answers a shop over HTTP."""
