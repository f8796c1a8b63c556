"""What Tracktwo brings along to read: ground rules and the demo process, in three languages."""
