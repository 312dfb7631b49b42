"""In what order? Everything that happened, once, by offset."""
