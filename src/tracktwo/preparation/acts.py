"""What is done in preparation."""
