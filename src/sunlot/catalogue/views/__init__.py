"""The staff's pages of the catalogue under /desk/catalogue/."""
