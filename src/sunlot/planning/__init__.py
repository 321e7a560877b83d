"""Plans, participants, strata, zones and their signatures (notice, part 4 (1) and annex)."""
