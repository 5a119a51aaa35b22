"""The desk in Slack, against a Slack of our own."""
