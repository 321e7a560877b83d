"""Handing a part on to another competent unit (指派): with reason, approval and acceptance, never by one hand alone."""
