"""Scenarios: fictional processes, one folder each, read by `reading.load`."""
