"""What the catalogues of several assignments share."""
