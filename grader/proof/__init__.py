"""Why the course can be trusted: it is coherent, its checks notice mistakes, thresholds hold."""
