"""The printed forms and files: one module and one function each, from plain data to bytes. Imports no app."""
