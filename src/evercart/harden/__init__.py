"""Does it hold when somebody wants it to be wrong? Attacks on deep learners, a wrapper that learns from them."""
