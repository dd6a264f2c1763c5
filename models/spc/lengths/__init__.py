"""Run lengths: how many points a chart waits for its first signal."""
