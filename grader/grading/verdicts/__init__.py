"""What a check concludes: whose fault it is, what is said of it, and what a run makes of all."""
