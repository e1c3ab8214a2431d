"""The rows in each contender's own words.

A module has `NAMES`: row -> function. P: `function(inputs, out)` does all of it. M:
`function(inputs)` prepares and returns a function without arguments, which is timed.
"""
