"""Tasks, forms, findings and their signatures (notice, part 4 (3))."""
