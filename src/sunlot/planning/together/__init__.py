"""One visit, many checks (综合查一次): which objects other plans of the same time visit too, and merging with them."""
