"""The staff's pages of the registries under /desk/registry/."""
