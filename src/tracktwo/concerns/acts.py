"""What is done with needs and fears."""
