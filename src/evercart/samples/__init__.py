"""Mappings of sample data that comes from packages."""
