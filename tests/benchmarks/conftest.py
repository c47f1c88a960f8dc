import sys
from pathlib import Path

# The benchmarks are no part of the package, so they are found from the checkout.
sys.path.append(str(Path(__file__).parents[2]))
