"""`centrala keys new`: prints a key for CENTRALA_KEYS."""

import argparse

from cryptography.fernet import Fernet


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=["new"])


def run(options: argparse.Namespace) -> int:
    print(Fernet.generate_key().decode())
    return 0
