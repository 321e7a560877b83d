"""The transparency log over the trail: places for events, tiles, signed checkpoints (docs/spec/transparency-log.md)."""
