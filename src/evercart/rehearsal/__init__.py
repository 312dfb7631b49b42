"""Rehearsal: what a shop would do if the world, or a model, went wrong."""
