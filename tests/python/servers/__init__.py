"""Real servers on loopback, and the programs people write against them."""
