"""What the text of a module means to Python, without running it."""
