"""Reasons: why an item is shown, from what its score was made of."""
