"""Flow files: YAML that authors write, checked and turned into flows of the core."""
