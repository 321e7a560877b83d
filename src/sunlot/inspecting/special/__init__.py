"""Checks outside of the random plans: asked for, approved, dispatched; and the share of random ones among all (R2)."""
