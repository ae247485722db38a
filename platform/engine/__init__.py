"""The engine: metadata in, records out.

It knows no Flask, no request and no globals: `conn`, `catalog` and `actor` are passed in.
Each room imports only the rooms that stand to its left:
errors, language, fields, conditions, expressions, catalog, store, access, records, accounts, deploy.
"""
