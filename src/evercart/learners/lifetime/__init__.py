"""How long a shopper stays, how often they buy meanwhile, for how much."""
