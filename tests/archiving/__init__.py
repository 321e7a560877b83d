"""Filed inspections: made, kept, held, found again."""
