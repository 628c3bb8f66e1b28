"""Phone numbers: what is on offer, searched, held back, bought, changed, released."""
