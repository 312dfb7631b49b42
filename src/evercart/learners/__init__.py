"""What do we believe? Models that guess, and learn from each label once."""
