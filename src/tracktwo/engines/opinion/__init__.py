"""The opinion engine: from votes to space, groups and common ground."""
