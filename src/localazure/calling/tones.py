"""The keys of a telephone, as Call Automation names them."""

NAMES = {
    "0": "zero", "1": "one", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "7": "seven",
    "8": "eight", "9": "nine", "A": "a", "B": "b", "C": "c", "D": "d", "#": "pound", "*": "asterisk",
}  # fmt: skip
KEYS = {name: key for key, name in NAMES.items()}
