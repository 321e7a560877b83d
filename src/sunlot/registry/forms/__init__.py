"""The registries' forms, by noun. Saving is for the actions; a form says what is missing before they are asked."""
