"""`make bench`: every benchmark, each in a process of its own; the status is 1 when one missed its aim."""

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Run all scripts of this folder in order of their names."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
    missed = [
        name for name in names if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode
    ]
    if missed:
        print(f"Missed: {', '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
