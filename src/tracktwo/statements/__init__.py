"""Statements: sentences put to agree, disagree or pass, and what every side supports."""
