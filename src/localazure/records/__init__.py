"""What the local cloud knows: plain frozen records, one module per part of Azure."""
