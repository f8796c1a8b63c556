"""What is done in rooms."""
