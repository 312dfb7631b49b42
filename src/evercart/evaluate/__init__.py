"""How good were we? Guesses judged in the order they were asked."""
