"""What keeps a crawl safe and bounded whatever a site does."""
