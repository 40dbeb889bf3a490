"""Settings of the project: every override of Scrapy with Scrapy's default and the reason, and Talkback's own settings.

The comment above a setting begins with ``default VALUE:`` (Scrapy's own value, checked by a test) or with ``own:``;
``python -m crawler.settings_table`` makes ``docs/settings.md`` of it. Any value can be replaced for one run with
``-s NAME=VALUE``; :mod:`crawler.settings_check` says at start which values cannot work.
"""

from crawler import __version__

# --- Parts ---------------------------------------------------------------------------------------

# default "scrapybot": the name in the log.
BOT_NAME = "talkback"

# default []: where the spiders are.
SPIDER_MODULES = ["crawler.spiders"]

# default "": `scrapy genspider` writes beside the others.
NEWSPIDER_MODULE = "crawler.spiders"

# default "": `crawl` with an honest exit status, `extract`, `archive`.
COMMANDS_MODULE = "crawler.commands"

# default {}: adds CONTACT to the user agent and keeps a DOWNLOAD_DELAY of 0 from undoing the limit per host.
ADDONS = {"crawler.politeness.manners.Manners": 100}

# default {}: no request that is out of bounds or opted out of; robots.txt that fails closed; Retry-After, back-off and
# Crawl-delay; what cannot be decompressed has its reason. `Throttle` sees an answer after the
# redirects (600) and before the retries (550), so that a retry waits in a paused queue. No spider names domains to stay
# within, so nothing looks for strangers.
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "crawler.safety.bounds.Bounds": 50,
    "crawler.politeness.opt_out.OptOut": 60,
    "crawler.politeness.robots.Robots": 100,
    "crawler.politeness.throttle.Throttle": 560,
    "crawler.safety.redirects.MetaRefresh": 580,
    "crawler.safety.decompression.Decompression": 590,
    "crawler.safety.redirects.Redirects": 600,
}

# default {}: what DEPTH_LIMIT cuts off is reported, not dropped without a word; `Bounds` does the same with addresses
# that are too long. What a status means is decided by the visit, which records it.
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "crawler.safety.depth.Depth": 900,
}

# default {}: a log without secrets and foreign lines, the report that every loss goes to, the line of progress, a quick
# end when a crawl is stopped, an end in order before the disk is full, a garbage collector that looks less often.
EXTENSIONS = {
    "crawler.safety.log.PlainLog": 0,
    "crawler.report.Report": 0,
    "crawler.progress.Progress": 0,
    "crawler.stopping.Stopping": 0,
    "crawler.safety.disk.DiskSpace": 0,
    "crawler.collection.Collection": 0,
}

# default {}: one job each, in the order of the data's way.
ITEM_PIPELINES = {
    "pipelines.normalise.Normalise": 100,
    "pipelines.identify.Identify": 200,
    "pipelines.changes.Changes": 300,
    "pipelines.store.Store": 400,
}

# default {"scrapy.extensions.corestats.CoreStats": 0, "scrapy.extensions.logcount.LogCount": 0,
# "scrapy.extensions.telnet.TelnetConsole": 0, "scrapy.extensions.memusage.MemoryUsage": 0,
# "scrapy.extensions.memdebug.MemoryDebugger": 0, "scrapy.extensions.closespider.CloseSpider": 0,
# "scrapy.extensions.feedexport.FeedExporter": 0, "scrapy.extensions.logstats.LogStats": 0,
# "scrapy.extensions.spiderstate.SpiderState": 0, "scrapy.extensions.throttle.AutoThrottle": 0,
# "scrapy.extensions.remote_control.RemoteControl": 0}: no servers on loopback that execute Python. One that is only
# switched off is imported all the same, with aiohttp: a tenth of a second and 8 MB.
EXTENSIONS_BASE = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.memusage.MemoryUsage": 0,
    "scrapy.extensions.memdebug.MemoryDebugger": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.feedexport.FeedExporter": 0,
    "scrapy.extensions.logstats.LogStats": 0,
    "scrapy.extensions.spiderstate.SpiderState": 0,
    "scrapy.extensions.throttle.AutoThrottle": 0,
}

# default "scrapy.core.scheduler.Scheduler": pages wait in a file and are forgotten only when their rows are committed;
# Scrapy's own queues lose pages with the process, JOBDIR or not.
SCHEDULER = "crawler.frontier.Frontier"

# default 100: the items of a visit go through the pipelines one by one; a ledger must not overtake its batches.
CONCURRENT_ITEMS = 1

# --- Manners -------------------------------------------------------------------------------------

# default "Scrapy/VERSION (+https://scrapy.org)": one honest name. CONTACT is put behind it.
USER_AGENT = f"Talkback/{__version__}"

# default None: the product token that groups of robots.txt are matched with (RFC 9309 2.2.1).
ROBOTSTXT_USER_AGENT = "Talkback"

# default False: a site is asked before it is read.
ROBOTSTXT_OBEY = True

# default 0: seconds between two requests to a host; nobody is harmed by an archive that takes its time.
DOWNLOAD_DELAY = 1.0

# default 0.5: a delay, above all a site's own Crawl-delay, is a minimum; varying it would go below.
DOWNLOAD_DELAY_JITTER = 0.0

# default 8: one request at a time to a host, so that a slow site is not given more work while it is slow.
CONCURRENT_REQUESTS_PER_DOMAIN = 1

# default 16: hosts visited side by side.
CONCURRENT_REQUESTS = 32

# default 2: an error of a moment should not cost a thread its completeness; with back-off three retries are seconds.
RETRY_TIMES = 3

# default 20: browsers allow 20, honest sites need three.
REDIRECT_MAX_TIMES = 10

# default 100: a page that reloads itself every minute is no redirect; only an immediate forward is followed.
METAREFRESH_MAXDELAY = 5

# default {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Accept-Language": "en"}: a
# page is archived in its own language, not in the one that English readers are given.
DEFAULT_REQUEST_HEADERS = {"Accept": "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8"}

# --- Safety --------------------------------------------------------------------------------------

# default False: an archive must not hold what somebody on the way put into a page.
DOWNLOAD_VERIFY_CERTIFICATES = True

# default {}: an address met on a page must never read a local file or reach another kind of server or a private host.
DOWNLOAD_HANDLERS = {
    "http": "crawler.safety.connections.GuardedHandler",
    "https": "crawler.safety.connections.GuardedHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}

# default True: no page is seen as somebody's; the stock middleware also fetches a suffix list from the internet.
# A site that leads in circles without cookies is lost, with a word about this setting.
COOKIES_ENABLED = False

# default 1073741824: bytes of one answer, also after decompression; times CONCURRENT_REQUESTS this bounds the memory.
DOWNLOAD_MAXSIZE = 32 * 1024 * 1024

# default 33554432: bytes from which an answer is mentioned in the log.
DOWNLOAD_WARNSIZE = 8 * 1024 * 1024

# default 180: seconds for one answer; a stuck host blocks its own queue only, but for less long.
DOWNLOAD_TIMEOUT = 60

# default "scrapy.spidermiddlewares.referer.DefaultReferrerPolicy": which page led to another host is nobody's business.
REFERRER_POLICY = "same-origin"

# default 2083: slugs in percent-encoded scripts are longer.
URLLENGTH_LIMIT = 8_192

# default 0: links from where the crawl began; far more than any way through sitemaps, listings and their pages.
DEPTH_LIMIT = 100

# default 0: seconds after which a crawl ends in order, and goes on with the same command: a week. Longer is a mistake.
CLOSESPIDER_TIMEOUT = 604_800

# default 0: megabytes at which the crawl ends in order (what it has is committed) rather than being killed.
MEMUSAGE_LIMIT_MB = 2_048

# default 0: megabytes at which the log says so.
MEMUSAGE_WARNING_MB = 1_024

# --- Running -------------------------------------------------------------------------------------

# default "DEBUG": the debug log repeats every item. On a terminal `scrapy crawl` shows its line of progress and
# `WARNING` instead.
LOG_LEVEL = "INFO"

# --- Talkback's own ------------------------------------------------------------------------------

# own: private hosts that pages may lead to: names, addresses, networks (`10.1.0.0/16`), `*` for all; parted by commas.
# A private host that is itself named with `-a url=` or in the file needs no entry (docs/threats.md).
ALLOW_PRIVATE_HOSTS: list[str] = []

# own: most lines in the head of an answer; browsers and servers take about 100 header fields.
RESPONSE_HEADERS_MAX = 1_000

# own: most bytes in the head of an answer; servers send 8 to 64 KiB at most.
RESPONSE_HEADERS_MAXSIZE = 256 * 1024

# own: who may be written to about a crawl: a web or mail address, put into the user agent.
CONTACT = ""

# own: the archive: a directory, or `s3://bucket/prefix` (docs/s3.md).
ARCHIVE_URI = "data/archive"

# own: a TOML file with what is special about each site that `scrapy crawl site` searches (docs/sites.md); empty: none.
SITES_FILE = ""

# own: how S3 encrypts what is written: `AES256`, `aws:kms` or `aws:kms:dsse`; empty: as the bucket does by default.
S3_ENCRYPTION = ""

# own: the key of KMS for `aws:kms`; empty: the account's default one.
S3_KMS_KEY_ID = ""

# own: storage class of the committed parts; empty: the server's default. The log stays in the default one.
S3_STORAGE_CLASS = ""

# own: seconds without an answer of S3 after which a request is given up.
S3_TIMEOUT = 30

# own: how often a request to S3 is repeated, after pauses that grow; seven bridge about half a minute of errors.
S3_RETRIES = 7

# own: directory of what this machine remembers between crawls (index of the archive, journal, frontier).
STATE_DIR = "data/state"

# own: id of the crawl in every row; empty: that of the command's unfinished crawl, else the time and a random part.
CRAWL_ID = ""

# own: whether a command continues its unfinished crawl; False gives that up and begins a new one.
FRONTIER_CONTINUE = True

# own: visits of a page that are begun in one crawl, whether the page failed or the process was killed meanwhile.
FRONTIER_MAX_ATTEMPTS = 5

# own: the file of the crawl's frontier; `scrapy crawl` sets it. Empty: pages wait in memory, nothing can be continued.
FRONTIER_FILE = ""

# own: days before its end that the report of a crawl looks back on, for plots and to find extractors that broke
# (docs/running.md); 0: no report, and nothing is compared.
REPORT_DAYS = 90

# own: changes that are no alarm any more: sites, or `SITE:KIND` with a kind of docs/running.md, parted by commas.
DRIFT_ACCEPTED = ""

# own: whether likes and replies that changed make a row of their own (`change = counts`).
COUNT_CHANGES = True

# own: whether a line of progress is shown while a crawl works.
PROGRESS_ENABLED = True

# own: rows that are collected before a commit.
FLUSH_ROWS = 20_000

# own: seconds after which rows are committed even when they are few.
FLUSH_SECONDS = 60

# own: requests for one thread; the ledger says `cap` when they did not suffice.
THREAD_MAX_REQUESTS = 2_000

# own: comments of one thread; the ledger says `cap` when there are more.
THREAD_MAX_COMMENTS = 200_000

# own: seconds for one visit with all its threads, from the page's answer on; what is waited for then is broken off
# (within a second), and the ledger says `budget`.
VISIT_MAX_SECONDS = 14_400

# own: pages of one site in one crawl; those beyond are listed as lost, reason `cap`. 0: no limit.
SITE_MAX_PAGES = 1_000_000

# own: megabytes to keep free on the disks of STATE_DIR and of a local archive; the crawl ends in order before
# (closing reason `disk_full`). 0: whatever is there is used.
DISK_MIN_FREE_MB = 256

# own: file with hosts that do not want to be archived, one a line: `example.com` (with all below it),
# `example.com/people` (all whose path begins so). No request is made to them, whatever robots.txt says.
OPT_OUT_FILE = ""

# own: which reservations keep a page from being archived: `noindex`, `noarchive` (X-Robots-Tag, meta robots; said to
# search engines about their index and their cached copies), `tdm-reservation` (TDMRep in the page and its head, said to
# those who mine texts), `tdmrep.json` (the same in the host's file, which costs one more request a host). What is not
# obeyed is recorded only (`pages.robots`, `pages.tdm_reservation`).
OBEY_RESERVATIONS = ["tdm-reservation"]

# own: a token of GitHub that may read public data, for giscus and utterances; empty: none. It is sent to GitHub alone.
GITHUB_TOKEN = ""
# own: your key of the Disqus API ("public key" of an application, disqus.com/api/applications); without one the first
# page of a thread is read (about 50 comments), and a longer one says `partial`. The API takes it in the address only.
DISQUS_API_KEY = ""

# own: your key of the YouTube Data API v3 (console.cloud.google.com); without one the comments of a video are a thread
# with the verdict `blocked`. Each request costs one unit of the key's daily quota (10,000 by default).
YOUTUBE_API_KEY = ""

# own: whether the comments of a YouTube video are also read where another page shows it, not only on YouTube itself.
YOUTUBE_EMBEDDED = False

# own: writers of a Viafoura thread whose names a visit asks for, a request each; comments of the others have the id of
# their writer and no name.
VIAFOURA_AUTHORS = 200

# own: comments that a visit of `scrapy crawl revisit` must be expected to save from being missed, for each request that
# it costs; less is more visits.
REVISIT_PRICE = 0.15

# own: no page is due again earlier, hours.
REVISIT_MIN_HOURS = 0.25

# own: every page younger than 60 days is due again by then, hours; older ones are looked at now and then.
REVISIT_MAX_HOURS = 336

# own: longest Crawl-delay of a robots.txt that is kept, seconds; of a longer one this much is, and the log says so.
CRAWL_DELAY_MAX = 60

# own: longest Retry-After that is waited for, seconds; when a host asks for more, it is left alone for that long.
RETRY_AFTER_MAX = 300

# own: first pause of a host that answers 429 or 503 without Retry-After, seconds; doubled each time in a row.
BACKOFF_SECONDS = 5

# own: how long a robots.txt is believed, seconds; at most 24 hours (RFC 9309 2.4).
ROBOTS_CACHE_SECONDS = 86_400

# own: after how long a robots.txt that could not be read is asked for again, seconds.
ROBOTS_RETRY_SECONDS = 300
