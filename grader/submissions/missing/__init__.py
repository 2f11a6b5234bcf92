"""What is said of a hand-in in which an assignment was not found."""
