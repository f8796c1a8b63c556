"""Papers, their lines and what each discloses; later sign-off, release and the transfer log."""
