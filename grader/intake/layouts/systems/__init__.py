"""The layouts of course systems' downloads: a module a system."""
