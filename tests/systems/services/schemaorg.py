"""A forum's page in each syntax of schema.org: JSON-LD as Google's documentation of `DiscussionForumPosting` shows it,
microdata, and RDFa Lite. Shapes from documentation."""

from __future__ import annotations

import json
from typing import Any

from kit import Answer
from scrapy import Request
from service import Said, Service, page_with

from crawler.systems.schemaorg import SchemaOrg


class JsonLdService(Service):
    system = SchemaOrg
    page_size = 0
    keeps_stubs = True
    knows = frozenset({"likes", "edited"})
    asks_nothing = True

    def answer(self, request: Request) -> Answer | None:
        return None

    def page(self) -> str:
        posting = {
            "@context": "https://schema.org",
            "@type": "DiscussionForumPosting",
            "headline": "A video",
            "text": "About the video.",
            "url": self.url,
            "author": {"@type": "Person", "name": "The writer"},
            "datePublished": "2020-09-13T12:00:00Z",
            "commentCount": self.counted(),
            "comment": [self._comment(said) for said in self.top()],
        }
        return page_with("", head=f'<script type="application/ld+json">{json.dumps(posting)}</script>')

    def _comment(self, said: Said) -> dict[str, Any]:
        row: dict[str, Any] = {
            "@type": "Comment",
            "identifier": said.id,
            "url": f"{self.url}#comment-{said.id}",
            "datePublished": said.iso,
            "interactionStatistic": {
                "@type": "InteractionCounter",
                "interactionType": "https://schema.org/LikeAction",
                "userInteractionCount": said.likes,
            },
        }
        if said.is_removed:
            row["creativeWorkStatus"] = "Deleted"
        else:
            row |= {"text": said.text, "author": {"@type": "Person", "name": said.author, "url": "https://news.example.org/u"}}
        if said.edited_at is not None:
            row["dateModified"] = Said(id="", at=said.edited_at).iso
        replies = [self._comment(reply) for reply in self.below(said.id)]
        return row | ({"comment": replies} if replies else {})


class MicrodataService(JsonLdService):
    keeps_stubs = False

    def page(self) -> str:
        comments = "".join(self._item(said) for said in self.top())
        return page_with(
            '<article itemscope itemtype="https://schema.org/DiscussionForumPosting"><h2 itemprop="headline">A video</h2>'
            f'<p itemprop="text">About the video.</p><meta itemprop="commentCount" content="{self.counted()}">{comments}</article>'
        )

    def _item(self, said: Said) -> str:
        edited = f'<meta itemprop="dateModified" content="{Said(id="", at=said.edited_at).iso}">' if said.edited_at else ""
        return (
            f'<div itemprop="comment" itemscope itemtype="https://schema.org/Comment" itemid="{self.url}#{said.id}">'
            f'<span itemprop="author" itemscope itemtype="https://schema.org/Person"><a itemprop="url" href="/u"><b itemprop="name">{said.author}</b></a></span>'
            f'<time itemprop="datePublished" datetime="{said.iso}">some day</time>{edited}<div itemprop="text"><p>{said.text}</p></div>'
            f'<span itemprop="upvoteCount">{said.likes}</span>{"".join(self._item(reply) for reply in self.below(said.id))}</div>'
        )


class RdfaService(MicrodataService):
    def page(self) -> str:
        comments = "".join(self._item(said) for said in self.top())
        return page_with(
            '<article vocab="https://schema.org/" typeof="DiscussionForumPosting"><h2 property="headline">A video</h2>'
            f'<span property="commentCount">{self.counted()}</span>{comments}</article>'
        )

    def _item(self, said: Said) -> str:
        edited = f'<time property="dateModified" datetime="{Said(id="", at=said.edited_at).iso}">later</time>' if said.edited_at else ""
        return (
            f'<div property="comment" typeof="Comment" resource="#{said.id}"><span property="author" typeof="Person"><b property="name">{said.author}</b></span>'
            f'<time property="datePublished" datetime="{said.iso}">some day</time>{edited}<div property="text"><p>{said.text}</p></div>'
            f'<span property="upvoteCount">{said.likes}</span>{"".join(self._item(reply) for reply in self.below(said.id))}</div>'
        )
