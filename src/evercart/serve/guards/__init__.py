"""Who may ask, how much, how often."""
