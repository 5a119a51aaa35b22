"""Everything that knows a platform, and the one place where the parts are joined."""
