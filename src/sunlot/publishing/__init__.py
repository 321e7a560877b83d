"""Results made public, and their deadlines (notice, part 4 (4))."""
