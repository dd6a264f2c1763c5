"""Whether to trust the models: their learner, their nights, their performance, what they still need."""
