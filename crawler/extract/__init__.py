"""Page bytes to Page, Shares and Subscribes: pure functions, no clock, no network, no settings."""
