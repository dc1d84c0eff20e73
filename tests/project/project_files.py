"""Where the source tree is."""

import os
from pathlib import Path

SOURCE = Path(os.environ.get("USQUIC_SOURCE", Path(__file__).resolve().parent.parent.parent))
