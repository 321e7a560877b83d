"""What every page of the staff shares: the acting viewer, lists, what waits for me, uploads."""
