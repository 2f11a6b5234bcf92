"""A class's results, kept and turned into grades. Knows no check, no process and no command."""
