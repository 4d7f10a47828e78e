"""The scripts in packaging/ are no package: they find each other as a script finds its neighbours."""

import sys
from pathlib import Path

SCRIPTS = str(Path(__file__).parents[3] / "packaging")
if SCRIPTS not in sys.path:
    sys.path.append(SCRIPTS)
