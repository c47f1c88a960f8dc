import sys
from pathlib import Path

# The notebooks are no part of the package, so what runs them is found from the checkout.
sys.path.append(str(Path(__file__).parents[2]))
