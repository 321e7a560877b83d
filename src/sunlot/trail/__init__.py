"""Who did what, when: events written with the change itself, and the files that are evidence."""
