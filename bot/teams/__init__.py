"""Microsoft Teams: the desk in partners' tenants and in the vendor's own."""
