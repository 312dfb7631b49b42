"""May it enter? Kinds of event, the border where they are checked, sources they come from."""
