"""An archive that cannot be written to any more in the middle of a crawl: said once, every page named, all read later."""

from __future__ import annotations

from loopback import HTML, Answer
from running import page

COUNT = 12


def test_the_failure_is_said_once_each_page_is_named_and_the_next_run_reads_them_all(place, loopback):
    site = loopback({f"/{n}/": Answer(page(n, 2), headers=HTML) for n in range(1, COUNT + 1)})
    urls = [site.url(path) for path in site.paths]
    bare = loopback({"/": Answer(page(99, 0), headers=HTML)})
    assert place.crawl(bare.url("/")).returncode == 0
    partition = next(place.folder.glob("archive/pages/site=*")).name.replace(str(bare.port), str(site.port))
    blocked = place.folder / "archive" / "comments" / partition
    blocked.touch()

    done = place.crawl(*urls, FLUSH_ROWS=3)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr + done.stdout
    errors = [line for line in done.stderr.splitlines() if " ERROR: " in line]
    assert len(errors) == 1, "\n".join(errors)
    assert "a file is in the way" in errors[0]
    lost = [line.split() for line in done.stdout.splitlines() if line.startswith("  interrupted: ")]
    assert "The same command again goes on with this crawl" in done.stdout

    blocked.unlink()
    again = place.crawl(*urls, FLUSH_ROWS=3)
    assert again.returncode == 0, again.stdout + again.stderr
    assert {row["url"] for row in place.open().pages().to_pylist()} == {*urls, bare.url("/")}
    assert len(place.open().comments(history=True).to_pylist()) == 2 * COUNT
    assert len(lost) >= COUNT - 3, done.stdout
