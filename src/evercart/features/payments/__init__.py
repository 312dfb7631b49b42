"""What the parties to a payment have done before, what came of it as far as that is known."""
