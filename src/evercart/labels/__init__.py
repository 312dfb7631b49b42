"""What came of it? Decisions held until their outcome is known."""
