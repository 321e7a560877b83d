"""The public pages. No sign-in, nothing that an embargo holds back, nothing personal."""
