"""What contributors test with: the four laws, streams that hurt, a simulated shop."""
