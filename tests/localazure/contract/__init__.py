"""The proof that what works here works on Azure: every answer of the local cloud is held against Microsoft's."""
