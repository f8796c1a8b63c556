"""Persons and how they sign in. A person logs in; a seat (in `process`) is all other parts see."""
