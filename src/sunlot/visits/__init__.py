"""Which entity and object was or will be visited, by whom, from what source and when."""
