"""Every view on every platform, and every platform under the same questions."""
