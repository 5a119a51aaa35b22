"""The desk itself: cases, people, events, notices, refusals and ports; standard library only."""
