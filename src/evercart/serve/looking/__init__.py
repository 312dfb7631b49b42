"""Looking: what people ask of a log, answered within bounds."""
