"""Answering: what an app says, from states that are level with the log."""
