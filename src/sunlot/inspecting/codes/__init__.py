"""The inspection code (检查码): made with a visit, shown by the inspector's phone, opened by whoever is inspected."""
