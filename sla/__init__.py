"""Programs, entitlements, working time and deadlines: what was promised, and by when."""
