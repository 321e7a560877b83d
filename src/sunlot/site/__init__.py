"""Settings, addresses, the shell of the pages, components and static files."""
