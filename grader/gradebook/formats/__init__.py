"""A gradebook written as others read it: a module a format, and what formats share."""
