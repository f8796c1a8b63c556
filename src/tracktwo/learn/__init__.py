"""The study guide, practice, and exercises; for now the demo process."""
