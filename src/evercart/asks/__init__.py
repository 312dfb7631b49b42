"""What is asked? Decisions woven among the events, at the first moment the log shows they may be."""
