"""The process itself: sides, seats, invitations, phases, ground rules, and who sees what."""
