"""Needs and fears, restated until their owner says heard; ideas, constraints, reassurances, re-entry."""
