"""The questions a shop asks, one file each."""
