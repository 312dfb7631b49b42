"""How does a model leave the house? Files of other formats, verified against the learner's own guesses."""
