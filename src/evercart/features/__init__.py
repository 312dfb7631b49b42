"""What is known? Tables of features as of just before each question."""
