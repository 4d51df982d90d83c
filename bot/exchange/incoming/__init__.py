"""From their flows to ours: nodes become drafts of steps, and drafts become flow files and catalogs."""
