"""Plain values in, plain values out: cases, promises, duty, rights."""
