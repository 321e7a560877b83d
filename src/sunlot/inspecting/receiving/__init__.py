"""Receipt of what was dispatched (签收): each unit confirms once that it has its parts of a task."""
