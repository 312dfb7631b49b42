"""What is live, who is told."""
