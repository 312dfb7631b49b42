"""Trackers: the report's curves for other programs that draw them."""
