"""The promise: calendars, clocks, ladders, programs and entitlements."""
