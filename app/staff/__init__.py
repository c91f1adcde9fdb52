"""Console accounts, their roles on a subtree, what each role may do, and the audit trail."""
