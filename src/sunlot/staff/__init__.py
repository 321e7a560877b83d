"""The pages on the staff itself: sign-in, own account, organisations, people and roles, the trail, papers signed."""
