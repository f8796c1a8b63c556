"""Practice: flashcards, practice tests and decks; what a learner's practice leaves behind is theirs alone."""
