"""Regions, organisations and sections, users and their roles, what each may see, signatures."""
