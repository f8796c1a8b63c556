"""Rooms and what is said in them: remarks that end with their sitting, the minutes that stay, the live stream."""
