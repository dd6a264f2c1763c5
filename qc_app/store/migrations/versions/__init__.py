"""Steps of the journal, one file a step, in order of their numbers."""
