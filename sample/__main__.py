"""`python -m sample`: serve the sample site, on its own or while one command runs."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from functools import reduce
from pathlib import Path

from sample.server import Site, serve

PORT = 8765
"""Always the same where possible: host and port are part of a page's key, and a second crawl should find its pages."""

NOT_STARTED = 127
"""Exit status of a command that could not be started, as shells give it."""


def main(arguments: list[str] | None = None) -> int:
    """Serve until Ctrl-C, or run a command beside the site and pass its exit status on."""
    parser = argparse.ArgumentParser(prog="python -m sample", description=__doc__)
    parser.add_argument("--port", type=int, help=f"port on 127.0.0.1; 0 takes a free one (default {PORT})")
    parser.add_argument(
        "--run",
        nargs=argparse.REMAINDER,
        metavar="COMMAND",
        help="run this while the site stands; {base} is its address, {pages} the addresses of its sound pages, parted "
        "by commas, {urls} a file that lists them",
    )
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        site = _serve(stack, options.port)
        if options.run:
            return _run(options.run, site)
        print(site, flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            return 0
    return 0


def _serve(stack: ExitStack, port: int | None) -> Site:
    if port is not None:
        return stack.enter_context(serve(port=port))
    try:
        return stack.enter_context(serve(port=PORT))
    except OSError:
        sys.stderr.write(f"python -m sample: port {PORT} is taken; another port is another site to an archive\n")
        return stack.enter_context(serve(port=0))


def _run(command: list[str], site: Site) -> int:
    with tempfile.TemporaryDirectory(prefix="talkback-sample-") as folder:
        urls = Path(folder) / "urls.txt"
        urls.write_text("".join(f"{url}\n" for url in site.urls), encoding="utf-8")
        given = {"{base}": site, "{pages}": ",".join(site.urls), "{urls}": str(urls)}
        words = [reduce(lambda text, item: text.replace(*item), given.items(), word) for word in command]
        try:
            child = subprocess.Popen(words)  # noqa: S603 -- the command is the user's own
        except OSError as error:
            sys.stderr.write(f"python -m sample: {words[0]}: {error.strerror}\n")
            return NOT_STARTED
        # Ctrl-C reaches the whole foreground group: the command ends as it sees fit, and its status is ours.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda number, _frame: child.send_signal(number))
        return child.wait()


if __name__ == "__main__":
    sys.exit(main())
