"""Related stories of a page: those its text names and those its related lists link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract.areas import areas_of
from crawler.extract.channel import is_member
from crawler.extract.document import Document
from crawler.extract.outline import Line, outline_of
from crawler.extract.same_page import bare
from crawler.extract.selection import HEADINGS, names_in, upwards
from crawler.extract.text import fold, line_of
from crawler.extract.thing import plain
from crawler.extract.urls import site_of

MAX_RELATED: Final = 100
"""Kept of one page; related lists have 4 to 20 entries."""

_LONGEST_TITLE: Final = 300
_MAX_SIBLINGS: Final = 60
_FEW_LINKS: Final = 2
"""Links right behind a heading that are what it introduces; a single one leads to more of them."""

_LABELS: Final = {
    "en": "related stor(?:y|ies)|related(?: (?:articles?|videos?|posts?|news|media|content|coverage|links?|reading))?"
    "|read(?: more| also| next| on)|also read|see also"
    "|watch (?:also|next|more)|more (?:on this(?: story)?|stories"
    "|from|like this)|you (?:may|might) (?:also )?(?:like"
    "|be interested in)|recommended(?: (?:for you|videos?|stories))?"
    "|similar (?:posts|videos|stories|articles)|further reading|up next|suggested(?: (?:for you|videos?))?"
    "|(?:more|next|other) videos",
    "de": "(?:siehe|lesen sie|lies) auch|mehr (?:dazu|zum thema)|zum thema|ähnliche (?:artikel|beiträge|videos)"
    "|verwandte (?:artikel|beiträge|videos|themen)"
    "|das könnte (?:sie|dich|ihnen|dir) auch (?:interessieren|gefallen)"
    "|weiterlesen|auch interessant|passend dazu|(?:andere|empfohlene|mehr|vorgeschlagene|weitere) videos",
    "fr": "(?:à )?lire aussi|voir aussi|articles? (?:liés?|similaires?|connexes?)|sur le même (?:sujet|thème)"
    "|vidéos? (?:liées?|similaires?|associées?)|à voir aussi|vous (?:aimerez|pourriez aimer) aussi"
    "|(?:autres|plus de) vidéos|vidéos? (?:recommandées?|suggérées?)",
    "es": "(?:lea|lee|vea|ver|mira|leer) (?:también|más)|te puede interesar|noticias? relacionadas?"
    "|(?:artículos?|vídeos?|videos?|historias?|entradas?|notas?) (?:relacionad[oa]s?|similares)"
    "|relacionad[oa]s?|(?:más|otros) v[ií]deos|v[ií]deos (?:recomendados|sugeridos)",
    "pt": "(?:leia|veja|assista) (?:também|mais)"
    "|(?:notícias?|artigos?|vídeos?|posts?|matérias?) relacionad[oa]s?"
    "|relacionad[oa]s?|saiba mais|você (?:também )?pode gostar"
    "|(?:mais|outros) vídeos|vídeos (?:recomendados|sugeridos)",
    "it": "(?:leggi|vedi|guarda) anche|articoli (?:correlati|simili)|video correlati|post correlati"
    "|potrebbe(?:ro)? (?:anche )?interessarti|correlati|altri video|video (?:consigliati|suggeriti)",
    "nl": "lees (?:ook|meer)|zie ook|bekijk ook|gerelateerde? (?:artikelen|berichten|video's|verhalen)"
    "|(?:aanbevolen|andere|meer) video's",
    "pl": "(?:czytaj|przeczytaj|zobacz) (?:także|też|również|więcej)|podobne (?:wpisy|artykuły|filmy)"
    "|powiązane(?: (?:artykuły|wpisy|filmy|tematy))?|(?:inne|polecane|proponowane|sugerowane) filmy|więcej filmów",
    "ru": "(?:читайте|смотрите|читать|смотреть) (?:также|ещё|еще|далее)"
    "|по теме|похожие (?:записи|статьи|видео|новости)"
    "|связанные (?:статьи|новости)|ещё по теме|еще по теме|материалы по теме|рекомендуем"
    "|(?:другие|рекомендуемые) видео",
    "uk": "(?:читайте|дивіться|читати) (?:також|ще|більше)|за темою|схожі (?:записи|статті|відео|новини)"
    "|пов['’]язані (?:статті|новини)",
    "tr": "(?:ayrıca|bunu da) (?:bakınız|oku|okuyun|izleyin)"
    "|ilgili (?:haber(?:ler)?|video(?:lar)?|yazılar|makaleler|konular)"
    "|(?:benzer|diğer|önerilen) videolar|benzer (?:yazılar|haberler)",
    "ar": "(?:اقرأ|إقرأ|شاهد|طالع) (?:أيضا|أيضًا|ايضا|المزيد)"
    "|(?:مقالات|أخبار|فيديوهات|مواضيع|قصص) (?:ذات صلة|مشابهة)",
    "fa": "(?:بیشتر )?بخوانید|همچنین ببینید|مطالب مرتبط|ویدیوهای مرتبط|ویدئوهای مرتبط|اخبار مرتبط",
    "he": "קראו (?:גם|עוד)|ראו גם|כתבות קשורות|סרטונים קשורים|עוד בנושא",
    "zh": "相关(?:报道|新闻|文章|视频|阅读|推荐|内容)"
    "|相關(?:報導|新聞|文章|影片|閱讀|推薦|內容)|延伸(?:阅读|閱讀)|更多(?:报道|報導|视频|影片)|猜你喜欢|推荐视频|推薦影片",
    "ja": "関連(?:記事|動画|ニュース|リンク|情報|コンテンツ)|あわせて読みたい|こちらもおすすめ|おすすめ(?:記事|動画)"
    "|次の動画",
    "ko": "관련 ?(?:기사|영상|동영상|뉴스|글|게시물)|함께 보기|추천 ?(?:영상|기사)",
    "vi": "(?:xem|đọc) thêm|(?:bài viết|tin|video) liên quan|có thể bạn quan tâm",
    "id": "baca juga|lihat juga|(?:artikel|berita|video|pos) terkait",
    "hi": "(?:यह|ये) भी (?:पढ़ें|देखें)|संबंधित (?:खबरें|लेख|वीडियो|समाचार)",
    "th": "(?:ข่าว|เรื่อง|วิดีโอ|บทความ)ที่เกี่ยวข้อง|อ่านเพิ่มเติม|ดูเพิ่มเติม",
    "sv": "läs (?:också|även|mer)|se även"
    "|relaterade (?:artiklar|inlägg|videor|nyheter)|liknande (?:artiklar|inlägg)",
    "da": "læs også|se også|relaterede (?:artikler|indlæg|videoer)|relateret",
    "nb": "les også|les mer|relaterte (?:artikler|innlegg|videoer|saker)",
    "fi": "lue (?:myös|lisää)|katso myös|aiheeseen liittyvää|liittyvät (?:artikkelit|videot)",
    "cs": "(?:čtěte|přečtěte si|podívejte se) (?:také|též|i)"
    "|související (?:články|videa|příspěvky)|podobné (?:články|příspěvky)",
    "el": "διαβάστε (?:επίσης|ακόμα|περισσότερα)|δείτε (?:επίσης|ακόμα)"
    "|σχετικ(?:ά|ές|ή) (?:άρθρα|βίντεο|ειδήσεις|νέα)",
    "ro": "(?:citește|citeşte|citiți|vezi) (?:și|şi|mai mult)"
    "|articole (?:similare|asemănătoare)|știri similare",
    "hu": "(?:olvassa|olvasd|nézd|lásd) (?:el )?(?:még|is|tovább)"
    "|kapcsolódó (?:cikkek|videók|bejegyzések|hírek)",
}  # fmt: skip
"""What introduces related stories, by language; matched without regard to case."""

_ALL_LABELS = "|".join(_LABELS.values())
_LINE = re.compile(rf"^[^\w\n]{{0,4}}(?:{_ALL_LABELS})\s*(?:[:：]\s*(?P<rest>.*)|\Z)", re.IGNORECASE)
_SUGGESTED: Final = (
    "suggestions|sugerencias|sugestões|suggerimenti|suggesties|vorschläge|предложения|öneriler|推荐|推薦|おすすめ|추천"
)
"""What says so as a heading alone: in a text it asks for something."""
_HEADING = re.compile(rf"^[^\w\n]{{0,4}}(?:{_ALL_LABELS}|{_SUGGESTED})[\s:：.…!]*\Z", re.IGNORECASE)
_OTHER_LABEL = re.compile(r"[:：]\s*\Z|^[^\s:：]{1,30}(?: [^\s:：]{1,30}){0,6}[:：]\s*https?://\S+\Z")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]", re.IGNORECASE)
_ADDRESS_AND_STOP = re.compile(_ADDRESS.pattern + r"[.,;:!?)\]]*", re.IGNORECASE)
_LIST_WORD = re.compile(
    r"(?:^|[-_])related(?:$|[-_])|^yarpp|^crp_related|^rp4wp|^pm-related$"
    r"|^related[-_]?(?:posts?|videos?|news|items?|articles?|stor(?:y|ies)|content|links?)"
)
_LISTS: Final = "[class*=yarpp],[class^=rp4wp],[class^=crp_]"
_SUGGESTING: Final = ("recommend", "suggest")
_SUGGESTS: Final = re.compile(
    r"(?:^|[-_])(?:recommend(?:ed|ations?)?|suggest(?:ed|ions))(?:[-_](?:block|box|container|items|list|posts|stories|videos"
    r"|wrap(?:per)?)(?:[-_][^\W_]+)*)?$"
)
"""Classes and ids of what a site recommends beside a page; where nothing says that it is related."""
_MANY_TEXTS: Final = 3_000
"""Pieces of text that are looked at for the words over a list."""
_LONGEST_LABEL: Final = 40
"""Characters of such words, elements around them that may hold nothing else, and so many that are looked at."""
_LABEL_DEPTH: Final = 4
_FEW_LABELS: Final = 6
_BLOCKS: Final = frozenset({"ul", "ol", "div", "section", "article", "p"})
"""What a heading that is not alone in its element introduces."""
_CONTROLS: Final = frozenset({"a", "button", "label", "option", "summary", "li"})
"""What stands in these heads no list."""
_HEADINGS: Final = "h1,h2,h3,h4,h5,h6,legend"
_NO_LISTS: Final = frozenset({"body", "html", "main", "a", "article", "nav"})
_NO_STORY = re.compile(
    r"(?:^|[-_ ])(?:author|byline|category|cat-links|tags?|meta|share|social|comments?|popular|nav)(?:$|[-_ ])"
)
_STORY = re.compile(r"(?:^| )(?:hentry|type-post|post-\d+)(?: |$)")
"""A story of a list, whose categories and tags are among its classes (WordPress ``post_class()``)."""
_INNER_TITLE: Final = "h2,h3,h4,h5,h6,.title,[class*=-title],[class*=_title],[class*=headline]"
_TITLE_WORD = re.compile(r"(?:^|[-_ ])(?:title|headline)(?:$|[-_ ])")
_LISTING = re.compile(
    r"/(?:tags?|category|categories|topics?|authors?|search|profile|user)/|[?&](?:s|q|cat|tag)="
    r"|/(?:about(?:-us)?|contact(?:-us)?|cookies?|impressum|imprint|legal|log-?in|privacy(?:-policy)?|register|sign-?up|terms)/?$"
)
"""Addresses of lists, and of what a site has at the end of all its pages."""
_HAS_WORD = re.compile(r"[^\W\d_]{2,}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

Story = dict[str, str | None]


def read_related(document: Document, description: str | None, body: LexborNode | None) -> list[Story]:
    """Related stories in order: first those that the text introduces ("Related story:"), then those of related lists.

    :param description: the page's text, from which labels and titles are read
    :param body: the element it came from, where a title's link is looked up
    :return: ``title`` and ``url`` each; either is None when the page does not say it
    """
    stories = [*_in_text(document, description, body), *_in_lists(document)]
    kept: dict[tuple[str | None, str | None], Story] = {}
    known_urls: set[str] = set()
    for story in stories:
        url, title = story["url"], story["title"]
        if url in known_urls:
            continue
        if url:
            known_urls.add(url)
        kept.setdefault((url, None if url else fold(title or "").casefold()), story)
    return list(kept.values())[:MAX_RELATED]


# -- in running text ----------------------------------------------------------------------------------


def _in_text(document: Document, description: str | None, body: LexborNode | None) -> list[Story]:
    if not description:
        return []
    links: dict[str, str] | None = None
    stories: list[Story] = []
    for line in _introduced(description.split("\n")):
        url = found.group() if (found := _ADDRESS.search(line)) else None
        title = fold(_ADDRESS_AND_STOP.sub(" ", line)).strip(" -–—|:•*>»") or None
        if url is None and title:
            links = _links_by_text(document, body) if links is None else links
            url = links.get(title.casefold())
        if url and title is None and stories and stories[-1]["url"] is None:
            stories[-1]["url"] = url
        elif (title and len(title) <= _LONGEST_TITLE) or url:
            stories.append({"title": title, "url": url})
    return stories[:MAX_RELATED]


def _introduced(lines: list[str]) -> Iterator[str]:
    """Lines that a label introduces: the rest of its own, else the lines after it up to the next gap or label."""
    place = 0
    while place < len(lines):
        match = _LINE.match(lines[place].strip()[:500])
        place += 1
        if match is None:
            continue
        rest = (match.group("rest") or "").strip()
        if rest:
            yield rest
            if not _ADDRESS.search(rest) and place < len(lines) and _ADDRESS.fullmatch(lines[place].strip()):
                yield lines[place]
            continue
        while place < len(lines) and not lines[place].strip():
            place += 1
        while place < len(lines) and (line := lines[place].strip()):
            if line.startswith(("#", "＃")) or _OTHER_LABEL.search(line) or _LINE.match(line[:500]):
                break
            yield line
            place += 1


def _links_by_text(document: Document, body: LexborNode | None) -> dict[str, str]:
    links: dict[str, str] = {}
    for anchor in body.css("a[href]")[:500] if body is not None else ():
        url = document.link(anchor.attributes.get("href"))
        if url and (text := fold(line_of(anchor)).strip()):
            links.setdefault(text.casefold(), url)
    return links


# -- related lists ------------------------------------------------------------------------------------


def _in_lists(document: Document) -> list[Story]:
    stories: list[Story] = []
    seen: set[int] = set()
    lists = document.elements.having("related")
    if others := document.css(_LISTS):
        known = {node.mem_id: node for node in (*lists, *others)}
        lists = [known[key] for key in sorted(known, key=document.elements.positions.__getitem__)]
    for node in lists[:200]:
        names = names_in(node.attributes).lower().split()
        if not any(_LIST_WORD.search(name) for name in names) or node.tag in _NO_LISTS:
            continue
        if "footer" in names:
            seen.add(node.mem_id)  # nor is what stands in it
        if not _is_inside(node, seen) and not _holds_headline(node):
            seen.add(node.mem_id)
            stories += _stories(document, [node])
    if not stories:
        for heading, least in _headings(document):
            listed = _stories(document, list(_after(heading)))
            stories += listed if len(listed) >= least else []
    if not stories:
        for node in _suggested(document):
            listed = _stories(document, [node])
            stories += listed if len(listed) >= _FEW_LINKS else []
    return stories


def _headings(document: Document) -> Iterator[tuple[LexborNode, int]]:
    """Elements that are the heading of a related list, each with how many stories such a list has at least."""
    outline = outline_of(document)
    texts = outline.texts[:_MANY_TEXTS]
    labels = {text for text in set(texts) if len(text) <= _LONGEST_LABEL and _HEADING.match(" ".join(text.split()))}
    headings = [
        node
        for node in document.css(_HEADINGS)
        if (text := outline.only_text(node)) is None or _HEADING.match(" ".join(text.split())[:120])
    ]
    lines = [line for node in headings for line in outline.lines_in(node)]
    if labels:
        lines += outline.lines_at([place for place, text in enumerate(texts) if text in labels][:_FEW_LABELS])
    for line in sorted({line.position: line for line in lines}.values(), key=lambda line: line.position):
        if not _HEADING.match(line.text[:120]):
            continue
        if (heading := _heading_around(line.node)) is not None:
            yield heading, 1
        elif (label := _label_around(line)) is not None:
            yield label, _FEW_LINKS


def _label_around(line: Line) -> LexborNode | None:
    """The outermost element with nothing but the words of a label; None where they are a link or a button."""
    label: LexborNode | None = None
    for step in upwards(line.node, _LABEL_DEPTH, in_body=True):
        if step.tag in _CONTROLS or len(step.text()) > _LONGEST_LABEL or step.css_first("a") is not None:
            return label if step.tag not in _CONTROLS else None
        label = step
    return label


def _suggested(document: Document) -> Iterator[LexborNode]:
    """Elements that are named as a list of what the site recommends."""
    seen: set[int] = set()
    for node in chain.from_iterable(map(document.elements.having, _SUGGESTING)):
        names = names_in(node.attributes).lower().split()
        if node.tag in _NO_LISTS or not any(map(_SUGGESTS.search, names)) or _is_inside(node, seen):
            continue
        if not _holds_headline(node) and not areas_of(document).in_comments(node):
            seen.add(node.mem_id)
            yield node


def _holds_headline(node: LexborNode) -> bool:
    """Whether an element holds a headline that leads nowhere: the page's, and not that of a story of a list."""
    return len(node.css("h1")) > len(node.css("h1:has(a[href]), a[href] h1, li h1"))


def _is_inside(node: LexborNode, outer: set[int]) -> bool:
    return any(around.mem_id in outer for around in upwards(node, 60))


def _heading_around(node: LexborNode) -> LexborNode | None:
    return next((around for around in upwards(node, 6) if around.tag in ("h1", "h2", "h3", "h4", "h5")), None)


def _after(heading: LexborNode) -> Iterator[LexborNode]:
    """What a heading introduces: its siblings up to the next heading; if it is alone in a wrapper, the wrapper's."""
    start = heading
    beside = [part for part in _siblings(heading) if part.is_element_node]
    links = sum(len(part.css("a[href]")[:_FEW_LINKS]) for part in beside)
    if links < _FEW_LINKS and not _BLOCKS.intersection(part.tag for part in beside):
        start = heading.parent or heading
    name = start.attributes.get("class")
    for part in _siblings(start):
        is_alike = bool(name) and part.tag == start.tag and part.attributes.get("class") == name
        if is_alike or part.tag in HEADINGS:
            return
        yield part


def _siblings(node: LexborNode) -> Iterator[LexborNode]:
    part = node.next
    for _ in range(_MAX_SIBLINGS):
        if part is None:
            return
        yield part
        part = part.next


def _stories(document: Document, parts: list[LexborNode]) -> list[Story]:
    """Stories of this site that these elements link: by their headings where they have some, else all with words.

    Other sites' links in such lists are advertisements.
    """
    anchors = [anchor for part in parts for anchor in part.css("a[href]")[:400]]
    inner = {anchor.mem_id: _inner_title(anchor) for anchor in anchors}
    headed = [anchor for anchor in anchors if inner[anchor.mem_id] is not None or _is_headed(anchor)]
    stories: dict[str, Story] = {}
    of_pictures: set[str] = set()
    here = site_of(document.url)
    for anchor in headed or anchors:
        href = anchor.attributes.get("href") or ""
        url = None if href.startswith("#") else document.link(href)
        if not url or _LISTING.search(url) or _is_no_story(anchor):
            continue
        if site_of(url) != here or bare(url) == bare(document.url):
            continue
        title = _title(anchor, inner[anchor.mem_id])
        is_shown = _HAS_WORD.search(line_of(anchor)) is not None
        known = stories.setdefault(url, {"title": title, "url": url})["title"]
        if known is None or (is_shown and not _is_cut(title) and url in of_pictures):
            stories[url]["title"] = _whole(title, known) or title
        if is_shown:
            of_pictures.discard(url)
        elif known == title:
            of_pictures.add(url)
    for anchor in anchors if any(_is_cut(story["title"]) for story in stories.values()) else ():
        story = stories.get(document.link(anchor.attributes.get("href")) or "", {})
        image = anchor.css_first("img[alt]")
        if image is not None and (whole := _whole(story.get("title"), image.attributes.get("alt"))):
            story["title"] = whole
    return [story for story in stories.values() if story["title"]]


def _is_headed(anchor: LexborNode) -> bool:
    parent = anchor.parent
    headings = ("h2", "h3", "h4", "h5", "h6")
    if parent is not None and (parent.tag in headings or _TITLE_WORD.search(parent.attributes.get("class") or "")):
        return True
    return _TITLE_WORD.search(anchor.attributes.get("class") or "") is not None


def _inner_title(anchor: LexborNode) -> LexborNode | None:
    inside = anchor.first_child
    is_text = inside is not None and inside.next is None and inside.is_text_node
    return None if is_text and "class" not in anchor.attributes else anchor.css_first(_INNER_TITLE)


def _title(anchor: LexborNode, inner: LexborNode | None) -> str | None:
    """The link's text; its ``title`` where the text is cut; its picture's ``alt`` where it has none."""
    text = line_of(inner if inner is not None else anchor)
    stated = plain(anchor.attributes.get("title"))
    if whole := _whole(text, stated):
        return whole
    if not _HAS_WORD.search(text):
        image = anchor.css_first("img[alt]")
        text = stated or (plain(image.attributes.get("alt")) if image is not None else None) or ""
    return text[:_LONGEST_TITLE] if _HAS_WORD.search(text) else None


def _is_cut(text: str | None) -> bool:
    return text is not None and text.endswith(("...", "…"))


def _whole(text: str | None, other: str | None) -> str | None:
    """Another text of the same link where it is the whole of the one that was cut for display."""
    if text and other and _is_cut(text) and other.startswith(text.rstrip(".… ")):
        return plain(other[:_LONGEST_TITLE])
    return None


def _is_no_story(anchor: LexborNode) -> bool:
    if is_member(anchor.attributes.get("href") or ""):
        return True
    rel = (anchor.attributes.get("rel") or "").split()
    if "tag" in rel or "author" in rel or "category" in rel:
        return True
    is_heading = anchor.parent is not None and anchor.parent.tag in _HEADINGS.split(",")
    for around in upwards(anchor, 2 if is_heading else 4):  # tagDiv's themes call what holds a story's title its meta
        names = names_in(around.attributes).lower()
        if _STORY.search(names):
            return False
        if _NO_STORY.search(names):
            return True
    return False
