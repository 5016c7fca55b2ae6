"""Address registers: any table of addresses and places, checked and brought to one form."""
