"""The page of a video that no known program made: its fields by what stands where, by labels, drawings and words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.schema import Page
from crawler.extract.document import Document
from crawler.extract.page import read_page

URL = "https://tube.example/watch?id=812"
OBSERVED_AT = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
PLAYER = "<video controls src=/files/812.mp4></video>"
SAID = "The old pier is to be taken down in spring. A new one will follow it, the mayor said."


def read(body: str, url: str = URL, head: str = "<title>A new pier - Tube</title>") -> Page:
    return read_page(Document(f"<html><head>{head}</head><body>{body}</body></html>", url), observed_at=OBSERVED_AT)


def watch(rest: str, *, headline: str = "<h1>A new pier</h1>") -> Page:
    return read(f"{PLAYER}{headline}{rest}")


TYPED = f"{SAID}\n\nFollow us:\nFacebook: https://www.facebook.com/pierside\n\n#pier"


@pytest.mark.parametrize(
    "markup",
    [
        f"<div class=description>{TYPED}</div>",
        f"<div class=description style='white-space: pre-line'>{TYPED}</div>",
        f"<div class=video-description><span style='white-space:pre-wrap'>{TYPED}</span></div>",
    ],
)
def test_the_lines_of_a_text_that_somebody_typed_stay_where_a_style_shows_them(markup: str) -> None:
    assert watch(markup).description == TYPED


def test_the_source_lines_of_a_text_that_markup_parts_are_none_of_it() -> None:
    page = watch(f"<div class=description>{SAID}\n\n<br>Filmed by\nPierside</div>")
    assert page.description == f"{SAID}\nFilmed by Pierside"


@pytest.mark.parametrize(
    "markup",
    [
        f"<p class=mt-3>{SAID}</p>",
        f"<div><h4>{SAID}</h4></div>",
        f"<div class=row><a href=/u/pierside>Pierside</a></div><div>{SAID}</div><h3>Comments</h3>",
    ],
)
def test_without_a_name_for_it_the_text_of_a_video_is_the_first_behind_its_headline(markup: str) -> None:
    assert watch(markup).description == SAID


@pytest.mark.parametrize(
    "markup",
    [
        f"<h3>1 comment</h3><div><b>Ann</b><p>{SAID}</p></div>",
        f"<div class=comment><p>{SAID}</p></div>",
        "".join(f"<p class=said>{SAID} {n}</p>" for n in range(3)),
        f"<a href=/other><p>{SAID}</p></a>",
        f"<form><p>{SAID}</p></form>",
        f"<aside><p>{SAID}</p></aside>",
        "<p>Another video that somebody uploaded not long ago</p>",
    ],
)
def test_what_readers_say_lists_forms_and_titles_are_no_text_of_a_video(markup: str) -> None:
    assert watch(markup).description is None


def test_what_a_box_says_about_the_author_is_no_text_of_a_video() -> None:
    about = "<div class=about-author><b>Pia Holt</b><div class=desc>She films harbours and what floats there.</div></div>"
    assert watch(about).description is None
    assert watch(f"{about}<div class=description>{SAID}</div>").description == SAID


def test_an_excerpt_of_the_title_and_a_file_gives_way_to_the_text() -> None:
    head = "<title>A new pier</title><meta name=description content='A new pier - pier.mp4'>"
    assert read(f"{PLAYER}<h1>A new pier</h1><p>{SAID}</p>", head=head).description == SAID


def test_of_many_texts_of_one_name_the_excerpts_is_the_pages() -> None:
    head = f"<title>A new pier</title><meta property=og:description content='{SAID}'>"
    posts = "".join(f"<div class=post-content>Post {n}, which says another thing altogether.</div>" for n in range(3))
    assert read(f"<h1>A new pier</h1>{posts}<div class=text>{SAID} More.</div>", head=head).description == f"{SAID} More."
    other = read(f"<h1>A new pier</h1>{posts}", head="<meta property=og:description content='Videos of our town'>")
    assert other.description == "Post 0, which says another thing altogether."


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("A new pier at last | Our pictures", "<h1>Our pictures</h1><h2>Home / Boats</h2><h2>A new pier at last</h2>"),
        ("A new pier at last | Boats | Our pictures", "<h1>Our pictures</h1><div><b>A new pier at last</b></div>"),
        ("Our pictures - Boats/A new pier at last", "<h1>Our pictures</h1><p>Home</p><h1>A new pier at last</h1>"),
    ],
)
def test_a_headline_element_that_says_the_sites_name_is_not_the_title(title: str, body: str) -> None:
    assert read(body, head=f"<title>{title}</title>").title == "A new pier at last"


@pytest.mark.parametrize("name", ['<a href="/">Lantern Row Video</a>', "Lantern Row Video"])
def test_a_headline_shorter_than_the_sites_name_before_it_is_the_title(name: str) -> None:
    page = read(f"<header><h1>{name}</h1></header><main><h1>About us</h1></main>", head="<title>About us - Lantern Row Video</title>")
    assert page.title == "About us"


def test_a_headline_that_ends_the_title_is_one_where_the_sites_name_stands_before_it() -> None:
    head = "<title>Our pictures: A new pier</title>"
    assert read("<p>Our pictures</p><h1>A new pier</h1>", head=head).title == "A new pier"


@pytest.mark.parametrize(
    "markup",
    [
        "<dl><dt>Added</dt><dd>14 March 2022</dd></dl>",
        "<table><tr><th>Date</th><td>March 14, 2022</td></tr></table>",
        "<p>Hinzugefügt am: 14.03.2022</p>",
        "<ul><li><b>Publié le :</b> 14 mars 2022</li></ul>",
        "<div class=sidebar><h3>Added</h3><p>2022-03-14</p></div>",
    ],
)
def test_a_date_behind_its_label_is_that_of_publication(markup: str) -> None:
    at = watch(markup).published_at
    assert at is not None
    assert datetime.fromtimestamp(at / 1_000_000, UTC).date().isoformat() == "2022-03-14"


def test_dates_of_the_cards_in_a_sidebar_are_none_of_the_pages() -> None:
    cards = "".join(f"<p><a href=/watch?id={n}>Video {n}</a> <b>Added:</b> {n} March 2021</p>" for n in (1, 2))
    assert watch(f"<div class=sidebar>{cards}</div>").published_at is None


@pytest.mark.parametrize(
    ("markup", "name"),
    [
        ("<p>Uploaded by: <a href=/who/7>Pierside</a></p>", "Pierside"),
        ("<dl><dt>Uploader</dt><dd>Pierside</dd></dl>", "Pierside"),
        ("<p>Hochgeladen von Pierside</p>", "Pierside"),
        ("<p><span>by Pierside</span></p>", "Pierside"),
        ("<a href='profile.php?username=pierside'>Pierside</a>", "Pierside"),
        ("<a href='index.php?controller=user&amp;action=show&amp;id=7'>Uploaded by Pierside</a>", "Pierside"),
        ("<a href=/user/edit>Settings</a>", None),
        ("<p>Author: Ann</p>", None),
        ("<div class=comments><p>by Ann</p></div>", None),
    ],
)
def test_who_put_a_video_there_is_told_by_addresses_labels_and_words(markup: str, name: str | None) -> None:
    assert watch(markup).channel_name == name


def test_links_behind_the_word_for_tags_are_tags() -> None:
    page = watch("<p>Tags: <a href=/s?q=pier>pier</a>, <a href=/s?q=sea>sea</a></p><p><a href=/help>Help</a></p>")
    assert page.tags == ["pier", "sea"]


def test_links_far_from_the_word_for_tags_and_behind_a_tab_are_none() -> None:
    assert watch("<ul><li><a href=#t>Tags</a></li><li><a href=/all>All</a></li></ul>").tags is None


COUNTS = {
    "icons": "<p><i class='fa fa-eye'></i> 1,245</p><p><i class='icon ion-ios-thumbs-up'></i> 67 <i class='fa fa-thumbs-down'></i> 8</p>",
    "words of an icon font": "<p><span class=material-icons>visibility</span> 1,245</p>"
    "<button><span class=material-icons>thumb_up</span>67</button><button><span class=material-icons>thumb_down</span>8</button>",
    "files": "<p><img src=/i/eye.svg> 1,245</p><button><img src=/i/thumb-up.png><span>67</span></button><button><img src=/i/thumb-down.png><span>8</span></button>",
    "signs": "<p><span>👁</span> <span>1,245</span></p><p><span>👍 67</span> <span>👎 8</span></p>",
}


@pytest.mark.parametrize("way", COUNTS)
def test_a_number_beside_a_drawing_counts_what_it_draws(way: str) -> None:
    page = watch(COUNTS[way])
    assert (page.view_count, page.like_count, page.dislike_count) == (1245, 67, 8)


@pytest.mark.parametrize(
    ("markup", "views"),
    [
        ("<tr><td>Viewed</td><td>1,245 times</td></tr>", 1245),
        ("<dt>Visits</dt><dd>1245</dd>", 1245),
        ("<dt>Besuche</dt><dd>1.245</dd>", 1245),
        ("<dt>Size</dt><dd>1245</dd>", None),
    ],
)
def test_views_have_more_names(markup: str, views: int | None) -> None:
    tag = "table" if "<tr>" in markup else "dl"
    assert watch(f"<{tag}>{markup}</{tag}>").view_count == views


def test_the_drawings_of_comments_and_of_cards_count_none_of_the_pages() -> None:
    comment = "<div class=comment><p>Well said.</p><i class='fa fa-thumbs-up'></i> 9</div>"
    card = "<div><a href=/watch?id=9><img src=/9.jpg></a><i class='fa fa-eye'></i> 77</div>"
    page = watch(comment + card)
    assert (page.view_count, page.like_count) == (None, None)


def test_a_link_to_the_platform_with_the_id_of_the_pages_address_is_the_video_of_a_front_end() -> None:
    body = "<h1>A new pier</h1><video controls src=/latest?x=1></video><a href='https://www.youtube.com/watch?v=a1B2c3D4e5F'>Watch on YouTube</a>"
    page = read(body, url="https://front.example/watch?v=a1B2c3D4e5F")
    assert (page.platform, page.video_id) == ("youtube", "a1B2c3D4e5F")
    assert read(body, url="https://front.example/watch?v=zzzzzzzzzzz").platform == "self"


def test_an_element_that_a_script_makes_a_player_plays_its_source() -> None:
    page = read("<h1>A new pier</h1><video-js controls><source src=/files/812.mp4></video-js>")
    assert (page.platform, page.embed_url) == ("self", "https://tube.example/files/812.mp4")


@pytest.mark.parametrize("label", ["Suggestions", "Suggested videos", "More videos", "Weitere Videos", "Sugerencias"])
def test_what_is_suggested_is_related_and_its_uploaders_are_not(label: str) -> None:
    cards = "<div><a href=/watch?id=1>The last ferry</a> <a href='/profile.php?name=ann'>by Ann</a></div>"
    page = watch(f"<h4>{label}</h4>{cards}")
    assert [story["title"] for story in page.related or []] == ["The last ferry"]


def test_a_text_that_asks_for_suggestions_names_no_related_story() -> None:
    assert watch(f"<div class=description>{SAID}<br>Suggestions: write to us</div>").related is None


@pytest.mark.parametrize("name", ["layout-one-sidebar", "has-sidebar", "page_with_sidebar"])
def test_a_wrapper_that_is_named_after_its_sidebar_is_none(name: str) -> None:
    page = read(f"<div class={name}><h2>A new pier</h2><iframe src=https://player.vimeo.com/video/76979871></iframe></div>")
    assert (page.platform, page.video_id) == ("vimeo", "76979871")


def test_what_holds_the_content_beside_a_sidebar_is_none() -> None:
    body = f"<div class=sidebar-container><aside>Menu</aside><section id=content>{PLAYER}</section></div>"
    assert read(body).platform == "self"
    assert read(f"<div class=sidebar>{PLAYER}</div>").platform is None


TAGLINE = "The best clips of the whole coast, new every day. Watch and share them for free."
LAMP = "The lamp of the old lighthouse was lit again on Saturday. Forty people had worked on it for three winters."
MORE = "Nobody knew whether the glass would hold. The keeper carried two buckets of sand, just in case."


def lamp(body: str, head: str = "", footer: str = "") -> Page:
    html = (
        f"<html lang=en><head><title>Old lighthouse lamp lit again</title>{head}</head><body>"
        f"<h1>Old lighthouse lamp lit again</h1>{body}<div class=foot>{footer}</div></body></html>"
    )
    return read_page(Document(html.encode(), "https://clips.example/lamp"), observed_at=1_700_000_000_000_000)


PLAYED = '<iframe src="https://www.youtube.com/embed/Kq7_xWb2mZ8"></iframe>'


def test_what_a_site_says_of_itself_on_all_pages_is_not_the_description_of_a_video() -> None:
    head = f'<meta name=description content="{TAGLINE}">'
    page = lamp(f"{PLAYED}<div class=x1><p>{LAMP}</p><p>{MORE}</p></div>", head, f"© 2024 Clips. {TAGLINE}")
    assert page.description == f"{LAMP}\n\n{MORE}"


def test_a_description_of_the_page_in_its_metadata_stays_where_the_text_is_of_something_else() -> None:
    told = "How the lamp of the lighthouse came back, told by those who mended it."
    page = lamp(f"{PLAYED}<p>{TAGLINE}</p>", f'<meta name=description content="{told}">')
    assert page.description == told


def test_the_text_behind_a_framed_player_is_the_description_where_no_metadata_is() -> None:
    page = lamp(f"{PLAYED}<p>{LAMP}</p><p>{MORE}</p><div>Share</div>")
    assert page.description == f"{LAMP}\n\n{MORE}"


def test_facts_before_the_first_paragraph_are_no_description() -> None:
    page = lamp(f"{PLAYED}<div><p>Added: 14/03/2021</p><p>Views: 24518</p><p>{LAMP}</p></div>")
    assert page.description == LAMP


def test_the_text_behind_the_word_for_a_description_is_one() -> None:
    page = lamp(
        f"{PLAYED}<div class=e><h3>Creator</h3><div class=t>Pierside</div></div>"
        f"<div class=e><h3>Description</h3><div class=t>{LAMP}<br><br>{MORE}</div></div>"
        "<div class=e><h3>Format</h3><div class=t>Film</div></div>"
    )
    assert page.description == f"{LAMP}\n\n{MORE}"


def test_lines_that_an_editor_in_the_browser_wrote_are_one_description() -> None:
    page = lamp(f"{PLAYED}<div><div>{LAMP}</div><div><br></div><div>{MORE}</div></div>")
    assert page.description is not None
    assert page.description.startswith(LAMP)
    assert page.description.endswith(MORE)


def test_a_body_within_another_that_begins_with_the_excerpt_is_the_description() -> None:
    page = lamp(
        f"{PLAYED}<div class=entry-content><div>Date: March 14, 2021</div><div class=video-description><p>{LAMP}</p>"
        "</div></div>",
        f'<meta property=og:description content="{LAMP[:60]}">',
    )
    assert page.description == LAMP


def test_the_date_of_a_short_page_is_read_though_related_videos_stand_near() -> None:
    related = "<h2>Related videos</h2><a href=/storm><h3>Storm at the pier</h3></a><a href=/net><h3>The net</h3></a>"
    page = lamp(f"<p>14 March 2021 / 1,245 views</p>{PLAYED}<p>{LAMP}</p>{related}")
    assert page.published_at == 1_615_680_000_000_000
    assert [story["title"] for story in page.related or []] == ["Storm at the pier", "The net"]


@pytest.mark.parametrize(
    "player",
    [
        '<iframe src="/videoplayer/812"></iframe>',
        '<iframe src="/media/embed?key=812&amp;autoplay=false"></iframe>',
        '<embed src="/flvplayer.swf?vid=812">',
        '<embed src="/p.swf" flashvars="file=https%3A%2F%2Fclips.example%2Fflv%2F812.flv&amp;image=1.jpg">',
        '<script>var so = new SWFObject("/p.swf");so.addVariable("file","https://clips.example/flv/812.flv");</script>',
    ],
)
def test_players_of_a_site_of_its_own_are_known_by_what_they_say(player: str) -> None:
    page = lamp(player)
    assert page.platform == "self"
    assert "812" in (page.embed_url or "")


def test_likes_and_views_are_counted_in_more_words() -> None:
    page = lamp(f"{PLAYED}<p>İzlenme: <b>24518</b></p><p><span>612 Likes</span></p>")
    assert (page.view_count, page.like_count) == (24518, 612)
    assert lamp(f"{PLAYED}<div>Views: 24518 | Comments: 2</div>").view_count == 24518


def test_the_author_of_a_page_with_its_own_video_put_it_there() -> None:
    page = lamp("<video controls src=/812.mp4></video><p>by <a href=/author/pierside>Pierside</a></p>")
    assert (page.channel_name, page.channel_url) == ("Pierside", "https://clips.example/author/pierside")


def test_a_class_that_the_headline_has_too_makes_no_list_of_paragraphs() -> None:
    html = (
        f"<title>Lighthouse</title><h1 class=z>Lighthouse</h1>{PLAYED}"
        f"<div><p class=z>{LAMP}</p><p class=z>{MORE}</p></div>"
    )
    page = read_page(Document(html.encode(), "https://clips.example/lamp"), observed_at=1_700_000_000_000_000)
    assert page.description == f"{LAMP}\n\n{MORE}"


def test_counts_before_a_quoted_text_are_no_part_of_it() -> None:
    head = f'<meta property=og:description content="{LAMP[:60]}">'
    page = lamp(f"{PLAYED}<div class=entry-body><div>1,245 views</div><p>{LAMP}</p><p>{MORE}</p></div>", head)
    assert page.description == f"{LAMP}\n\n{MORE}"


@pytest.mark.parametrize(
    "player",
    [
        '<div id=videoPlayer><iframe src="/embed/v812/"></iframe></div>',
        '<div class="player"><div><iframe src="/play/embed/812"></iframe></div></div>',
        '<embed src="/p/vidplayer.swf?v=812">',
    ],
)
def test_a_frame_in_an_element_that_is_named_as_a_player_is_one(player: str) -> None:
    page = lamp(player)
    assert page.platform == "self"
    assert "812" in (page.embed_url or "")


@pytest.mark.parametrize("frame", ["<iframe src=/embed/812></iframe>", "<embed src=/audioplayer.swf?a=812>"])
def test_a_frame_that_plays_no_video_is_no_player(frame: str) -> None:
    assert lamp(f"<div class=box>{frame}</div>").platform is None


def test_a_video_element_that_only_a_script_fills_makes_the_page_that_of_a_video() -> None:
    page = lamp("<video></video><p>24,518 views</p><a href=/u/pierside>Pierside</a>")
    assert (page.platform, page.view_count, page.channel_name) == (None, 24518, "Pierside")
    page = lamp("<video autoplay loop muted></video><p>24,518 views</p><a href=/u/pierside>Pierside</a>")
    assert (page.view_count, page.channel_name) == (None, None)


@pytest.mark.parametrize(
    ("markup", "name"),
    [
        ('<div class="channel-bar"><a class="ChannelInfo__name" href="/pierside">Pierside</a></div>', "Pierside"),
        ('<div class="video-info-channel"><a href="/c/pierside">Pierside</a></div>', "Pierside"),
        ('<div class="uploader"><a href="/all/7">Subscribe</a><a href="/all/7">Pierside</a></div>', "Pierside"),
        ('<div class="channel"><a href="/all/7">1.2K followers</a></div>', None),
        ('<div class="channels-menu"><a href="/sports">Sports</a></div>', None),
        ('<div class="author"><a href="/reporters/jo">Jo Keel</a></div>', None),
    ],
)
def test_a_link_that_is_named_as_that_to_the_uploader_leads_there(markup: str, name: str | None) -> None:
    assert lamp(f"<video controls src=/812.mp4></video>{markup}").channel_name == name


def test_the_section_of_an_article_is_not_who_put_its_video_there() -> None:
    head = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Old lighthouse"}</script>'
    page = lamp("<div class=channel><a href=/politics>Politics</a></div><video controls src=/812.mp4></video>", head)
    assert page.channel_name is None


def test_of_a_line_of_several_facts_the_one_that_counts_views_is_read() -> None:
    page = lamp(f"{PLAYED}<p>Added: 14.03.2021 | Views: 24518 | Uploaded by <a href=/u/pierside>Pierside</a></p>")
    assert page.view_count == 24518
    assert lamp(f"{PLAYED}<p><b>Total Video Views:</b> 24,518</p>").view_count == 24518


def test_counts_of_a_page_with_few_words_are_those_of_no_card() -> None:
    logo = "<header><a href=/><img src=/logo.png></a></header>"
    page = read(f"<div>{logo}<video controls src=/812.mp4></video><p>A new pier</p><ul><li>Views 24518</ul></div>")
    assert page.view_count == 24518


def test_a_list_of_tags_is_named_in_one_word_with_capitals_too() -> None:
    tags = "<a href=/t/1>lamp</a>, <a href=/t/2>coast</a>"
    assert lamp(f"<div class=itemTags><h3><a href=/t>All tags</a></h3>{tags}</div>").tags == ["lamp", "coast"]


def test_tags_in_a_line_behind_their_word_end_where_something_else_begins() -> None:
    facts = "<b>Where:</b> Somewhere on the coast<br><b>Seen:</b> <a href=/seen>by many people</a> in all these years"
    page = lamp(f"{PLAYED}<div><b>Tags:</b> <a href=/q?w=lamp>lamp</a>, <a href=/q?w=coast>coast</a><br>{facts}</div>")
    assert page.tags == ["lamp", "coast"]


def test_an_age_is_told_by_the_time_in_its_title() -> None:
    page = lamp(f"{PLAYED}<p>Published <span title='March 14, 2021 18:05'>2 years ago</span></p>")
    assert page.published_at == int(datetime(2021, 3, 14, 18, 5, tzinfo=UTC).timestamp()) * 1_000_000


def test_the_age_of_another_video_is_not_that_of_the_page() -> None:
    card = "<div><h3><a href=/v/9>The last ferry</a></h3><span title='March 14, 2021 18:05'>2 years ago</span></div>"
    assert lamp(f"{PLAYED}<div>{card}</div>").published_at is None


def test_a_date_of_microdata_counts_outside_a_thing_too() -> None:
    page = lamp(f"{PLAYED}<small itemprop=datePublished datetime=2021-03-14T18:05:00Z>2 years ago</small>")
    assert page.published_at == int(datetime(2021, 3, 14, 18, 5, tzinfo=UTC).timestamp()) * 1_000_000


EXCERPT = f'<meta property=og:description content="{LAMP[:60]}">'


@pytest.mark.parametrize(
    "markup",
    [
        f"<div class='text text--first'>{LAMP}</div><div class='description text--more'><p>{MORE}</p></div>",
        f"<div class=subtitle>{LAMP}</div><p>{MORE}</p><ul><li>First shown in March.</ul>",
        f"<div class=summary>{LAMP}</div><div class=rich-text-body><p>{MORE}</p></div><div>Category: Coast</div>",
        f"<p class=lead>{LAMP}</p><p class=more>{MORE}</p><p class=credit>Video: Pierside</p>",
        f"<div class=description><div>Category:</div><div>Coast</div><div>Text:</div><div>{LAMP}</div><p>{MORE}</p></div>",
        f"<article><p>{LAMP}</p><p>{MORE}</p><h3>Recent</h3><p>Night train</p><p>24,518 views</p></article>",
    ],
)
def test_a_text_in_two_elements_is_one_and_labels_around_it_are_none_of_it(markup: str) -> None:
    assert (lamp(f"{PLAYED}{markup}", EXCERPT).description or "").split() == f"{LAMP} {MORE}".split()


def test_short_paragraphs_with_a_class_of_their_own_end_no_text_whose_paragraphs_have_none() -> None:
    page = lamp(f"{PLAYED}<div><p>{LAMP}</p><p class=centred>* * * a</p><p>{MORE}</p></div>", EXCERPT)
    assert page.description == f"{LAMP}\n\n* * * a\n\n{MORE}"


def test_a_caption_that_begins_as_the_excerpt_does_is_no_description() -> None:
    page = lamp(f"{PLAYED}<div><div>{LAMP[:30]} Picture: Pierside</div><p>{LAMP}</p></div>", EXCERPT)
    assert page.description == LAMP


def test_what_a_site_says_of_itself_is_known_where_words_are_not_parted() -> None:
    head = "<title>古い灯台の明かり</title><meta name=description content=海辺の動画を毎日お届けします。無料で見られます。>"
    text = "古い灯台の明かりが四十年ぶりにともった。住民四十人が三度の冬をかけて修理した。"
    page = read(f"{PLAYER}<h1>古い灯台の明かり</h1><ul><li><span class=desc-info-text>{text}</span></ul>", head=head)
    assert page.description == text


TWO = "<a href=/watch?id=3>The old pier</a><a href=/watch?id=4>The new pier</a>"
STORIES = "".join(f"<li><a href=/watch?id={number}>The last ferry {number}</a></li>" for number in (1, 2))


@pytest.mark.parametrize(
    "markup",
    [
        f"<div>Related videos</div><ul>{STORIES}</ul>",
        f"<table><tr><td colspan=2><b>Related videos</b></td></tr><tr><td><ul>{STORIES}</ul></td></tr></table>",
        f"<p>Up next</p><div>{STORIES}</div>",
        f"<my-list><h2>Related videos</h2><my-card>{STORIES}</my-card></my-list><my-foot><a href=/x>Elsewhere</a></my-foot>",
        f"<div class=recommend-list-v1><ul>{STORIES}</ul></div>",
    ],
)
def test_related_videos_are_known_by_a_label_that_is_no_heading_and_by_the_name_of_their_list(markup: str) -> None:
    assert [story["title"] for story in watch(markup).related or []] == ["The last ferry 1", "The last ferry 2"]


@pytest.mark.parametrize(
    ("markup", "titles"),
    [
        (f"<a href=/more>Related videos</a><ul>{STORIES}</ul>", []),
        ("<span>Up next</span><a href=/watch?id=1>The last ferry</a>", []),
        ("<div class=recommended><a href=/watch?id=1>The last ferry</a></div>", []),
        (
            f"<div class=b>Related videos</div>{TWO}<a href=/terms>Terms</a><div class=b>Latest</div><ul>{STORIES}</ul>",
            ["The old pier", "The new pier"],
        ),
    ],
)
def test_a_link_a_single_one_and_what_another_label_introduces_are_no_related_videos(
    markup: str, titles: list[str]
) -> None:
    assert [story["title"] for story in watch(markup).related or []] == titles
