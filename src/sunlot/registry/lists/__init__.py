"""The registries as lists, by noun: searched by name, code and pinyin initials, filtered, sorted, exported."""
