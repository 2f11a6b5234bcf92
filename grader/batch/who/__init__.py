"""Whose each hand-in is: what is known of people, and what of a hand-in."""
