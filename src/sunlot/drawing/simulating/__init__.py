"""The simulation (模拟抽取) of a plan before approval: the draw itself on the roster of the moment, with many other seeds."""
