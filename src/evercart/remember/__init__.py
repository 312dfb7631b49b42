"""What must not be forgotten? Cures around a deep learner, analytic heads that need none; extra `deep`."""
