"""From each side's confidential worksheet to the packages every side could recommend, with proof."""
