"""Files of the corpora where our verdict or pixels differ from the oracle's, each with the reason. The only such list."""

# "set/file": why ours is right, or why it does not matter.
VERDICT = {}
STRICT = {}
PIXELS = {}
