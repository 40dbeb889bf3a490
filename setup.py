"""Packaging: what is installed, and with which lower bounds it is known to work."""

import re
from pathlib import Path

from setuptools import find_packages, setup

SOURCE = Path(__file__).with_name("crawler").joinpath("__init__.py").read_text("utf-8")
VERSION = re.search(r'__version__ = "(.+?)"', SOURCE)

setup(
    name="talkback",
    version=VERSION[1] if VERSION else "0",
    description="Archives what people say under the news: pages and their whole comment threads as Parquet",
    python_requires=">=3.11",
    packages=find_packages(include=["archive*", "crawler*", "pipelines*", "sample*"]),
    package_data={"": ["**/*.json", "**/*.html"]},  # also in folders that are no packages themselves
    install_requires=[
        "scrapy>=2.19",
        "itemadapter>=0.13",  # by which Scrapy reads the items, which are dataclasses
        "selectolax>=1.0",
        "lxml>=5.3",
        "w3lib>=2.5",
        "tldextract>=5.3",
        "dateparser>=1.5",  # earlier ones read 03/04 as a day of April in American English
        "pyarrow>=25",
        "deltalake==1.6.6",  # exactly: its own compaction doubles rows when two meet, so ours relies on how it commits
        "boto3>=1.40",
        "rich>=14",
    ],
    extras_require={
        "look": ["duckdb>=1.4"],  # what the closing table and the README look at an archive with
        "test": [
            "pytest>=9",
            "pytest-asyncio>=1.3",
            "pytest-xdist>=3.8",
            "hypothesis>=6.140",
            "duckdb>=2",  # the benchmark of reading asks it for Arrow batches by a newer name
            "pandas>=2.3",
            "polars>=1.32",
            "moto[server]>=5.1",
            "ruff>=0.14",
            "mypy>=1.18",
            "pyarrow-stubs>=20",
            "setuptools>=75",
            "types-boto3[s3]>=1.40",
        ]
    },
    # scrapyd reads the settings module of an egg from here
    entry_points={"scrapy": ["settings = crawler.settings"]},
)
