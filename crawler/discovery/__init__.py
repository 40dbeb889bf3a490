"""Finding the pages of a site: sitemaps, feeds, the REST API of WordPress, and listing pages."""
