"""A post with its received replies as microformats2, as `comments-presentation` shows it. Shapes from documentation."""

from __future__ import annotations

from kit import Answer
from scrapy import Request
from service import Said, Service, page_with

from crawler.systems.microformats import Microformats


class MicroformatsService(Service):
    system = Microformats
    page_size = 0
    counts = False
    shows_empty = False
    asks_nothing = True

    def answer(self, request: Request) -> Answer | None:
        return None

    def page(self) -> str:
        replies = "".join(self._reply(said) for said in self.top())
        return page_with(
            f'<article class="h-entry"><h1 class="p-name">A video</h1><a class="u-url" href="{self.url}"></a>'
            f'<div class="e-content">About the video.</div><section>{replies}</section></article>'
        )

    def _reply(self, said: Said) -> str:
        below = "".join(self._reply(reply) for reply in self.below(said.id))
        return (
            f'<div class="u-comment h-cite" id="{said.id}"><a class="p-author h-card" href="https://{said.id}.example/"><img alt="" src="/a.png">{said.author}</a>'
            f'<time class="dt-published" datetime="{said.iso}">some day</time><div class="e-content"><p>{said.text}</p></div>{below}</div>'
        )
