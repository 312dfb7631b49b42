"""What do we believe? Models that guess, then learn from each label once."""
