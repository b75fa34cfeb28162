"""Who may move what where, one module a procedure; each registers its table."""
