"""One key per process, encrypted fields, grants to decrypt, and erasure."""
