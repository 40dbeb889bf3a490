"""What a crawl costs: ``python -m benchmarks.crawl``."""
