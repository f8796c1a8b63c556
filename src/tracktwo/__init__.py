"""Tracktwo: a self-hosted platform for Track II diplomacy."""

__version__ = "0.1.0"
