"""What instructors make: a new assignment, and the copy of the course that students get."""
