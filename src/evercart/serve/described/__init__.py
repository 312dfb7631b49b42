"""Described: the service in words that machines read, that people read."""
