"""How a text becomes a module: what of it counts, what it imports, and the files beside it."""
