"""Microsoft Teams, from the signed request to what people see."""
