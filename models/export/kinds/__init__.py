"""One module a kind of answer: how it is written as a graph; and what several kinds share."""
