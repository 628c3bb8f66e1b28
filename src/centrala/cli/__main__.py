import sys

from centrala.cli import main

sys.exit(main())
