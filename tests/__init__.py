"""Tests mirror the house: one folder a package, and the stories that cross them."""
