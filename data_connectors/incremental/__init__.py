"""Where a source that grows is read on from: its newest row, less an overlap, without what was met before."""
