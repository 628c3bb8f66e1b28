"""Everything that touches samples. It knows no world, no routes, no records; `calling` drives it.

numpy is imported by every module here: import them with the first call, not at the start of the cloud.
"""
