"""Issues, options and worksheets; packages, found and explained."""
