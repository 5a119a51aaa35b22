"""Run every bench of this folder, or those that are named: `python -m bench [name ...]`."""

import importlib
import pkgutil
import sys

import bench


def main(names: list[str]) -> int:
    known = sorted(m.name for m in pkgutil.iter_modules(bench.__path__) if m.name[0] != "_")
    if unknown := set(names) - set(known):
        print(f"No bench is called {', '.join(sorted(unknown))}. There are: {', '.join(known)}.")
        return 2
    for name in names or known:
        print(f"== {name}", flush=True)
        importlib.import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
