"""Policies: from a question's ranked candidates to the list that is shown."""
