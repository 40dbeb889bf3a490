"""The commands of Talkback; `scrapy` finds them here."""
