"""Records written beside the form (notice, part 四（三）): questioning, list of copied material, sampling, examination of a scene."""
