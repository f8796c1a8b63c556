"""What comes before anyone is in a room: conflict analysis, long list, intake, agenda, the panel's own discipline."""
