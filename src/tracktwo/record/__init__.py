"""The chained log of acts: what was done in a process, by which role, without content."""
