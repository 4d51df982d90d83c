"""From our flows to theirs: each step becomes one node or some nodes that lead to each other."""
