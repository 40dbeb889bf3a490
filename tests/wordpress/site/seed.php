<?php
/* php seed.php DOCROOT: pages and threads of every kind, invented, always the same. */
require $argv[1] . '/wp-load.php';
wp_defer_comment_counting(true);
remove_all_actions('do_pings');
foreach (get_posts(['post_type' => ['post', 'page'], 'numberposts' => -1, 'post_status' => 'any']) as $sample) {
    wp_delete_post($sample->ID, true);
}

$names = ['Ada Winter', 'bjørn', 'Chiara', 'Dr. Elif Öz', 'edsays', 'Фёдор', '松本', 'زينب', 'O\'Neil & Sons', 'x', 'Guy <b>Bold</b>'];
$texts = [
    'First!',
    "A comment in two paragraphs.\n\nThis is the second one, with a number: 3.",
    'Great report 👍🏽, the family 👨‍👩‍👧‍👦 watched it together.',
    "One line\nand the next one.",
    '<blockquote>The tunnel opens in May.</blockquote>Who says so?',
    'See <a href="https://example.org/plan?a=1&b=2">the plan</a> and <em>read</em> it.',
    'これは面白いですね。',
    'متى يفتح النفق؟',
    'Сколько это стоит?',
    '5 < 6 & 7 > 3 "quoted" \'single\'',
    "Code: <code>if (a && b) { return; }</code>",
    'ok',
    str_repeat('A long thought that goes on. ', 150),
];

/** A page with its embedded video; $more are fields of wp_insert_post. */
function page(string $slug, string $title, array $more = []): int {
    return wp_insert_post(wp_slash($more + [
        'post_name' => $slug, 'post_title' => $title, 'post_status' => 'publish', 'post_author' => 1,
        'post_date' => '2023-03-20 18:00:00', 'comment_status' => 'open', 'post_type' => 'post',
        'post_content' => "<iframe src=\"https://www.youtube.com/embed/abcdefghij0\" title=\"video\"></iframe>\n\n"
            . "What happened, told in one paragraph.\n\nSubscribe to our channel: https://www.youtube.com/@example",
    ]));
}

/** A comment; returns its id. The database holds the time twice: UTC, and what the clocks of Berlin showed then. */
function comment(int $post, string $author, string $text, string $gmt, array $more = []): int {
    return wp_insert_comment(wp_filter_comment(wp_slash($more + [
        'comment_post_ID' => $post, 'comment_author' => $author, 'comment_content' => $text, 'comment_parent' => 0,
        'comment_author_email' => 'someone@example.org', 'comment_author_url' => '', 'comment_author_IP' => '127.0.0.1',
        'comment_agent' => 'seed', 'comment_type' => 'comment', 'comment_approved' => 1, 'user_id' => 0,
        'comment_date' => get_date_from_gmt($gmt), 'comment_date_gmt' => $gmt,
    ])));
}

/** A time after the evening of the 25th of March 2023; the night to summer time (01:00 UTC) is among them. */
function minute(int $n): string {
    return gmdate('Y-m-d H:i:s', gmmktime(19, 0, 7, 3, 25, 2023) + $n * 397);
}

// 1. The large thread: seven comment pages, replies to the fifth level, everything that must not be shown in between.
$large = page('the-harbour-tunnel', 'The harbour tunnel: why it takes ten years');
$chain = [];
for ($n = 0; $n < 140; $n++) {
    $depth = [1, 1, 2, 3, 4, 5, 5, 1, 2, 2][$n % 10];
    $more = ['comment_parent' => $depth > 1 ? $chain[$depth - 1] : 0];
    if ($n % 7 === 3) {
        $more['comment_author_url'] = "https://example.net/~reader$n?a=1&b=2";
    }
    if ($n % 23 === 5) {
        $more += ['user_id' => 1, 'comment_author_email' => 'editor@example.org'];
    }
    $chain[$depth] = comment($large, $names[$n % count($names)], $texts[$n % count($texts)] . " #$n", minute($n), $more);
    if ($n % 20 === 9) {
        foreach (['0', 'spam', 'trash'] as $state) {
            comment($large, 'Hidden Harry', "HIDDEN-$state number $n", minute($n), ['comment_approved' => $state]);
        }
    }
}
foreach ([['pingback', 'A blog that links here'], ['trackback', 'An older blog']] as [$type, $who]) {
    comment($large, $who, '[&#8230;] as the video shows [&#8230;]', minute(150),
        ['comment_type' => $type, 'comment_author_url' => 'https://example.com/2023/tunnel', 'comment_author_email' => '']);
}
// 2. One page of comments exactly, and one comment more.
foreach ([20, 21] as $count) {
    $post = page("exactly-$count", "Exactly $count comments");
    for ($n = 0; $n < $count; $n++) {
        comment($post, $names[$n % 3], "Comment $n of $count", minute($n * 3));
    }
}

// 3. The two hours of the night of 29 October 2023 that are called 02:30: only UTC tells them apart.
$night = page('the-night-of-two-hours', 'The night of two hours');
foreach (['2023-10-29 00:30:10', '2023-10-29 01:30:20', '2023-10-29 03:00:00'] as $n => $gmt) {
    comment($night, 'Night owl', "Comment $n in the night", $gmt);
}
comment($night, 'Night owl', 'Comment in the summer', '2023-07-01 10:00:01');

// 4. States of a thread.
$closed = page('closed-with-comments', 'Closed, but once discussed', ['comment_status' => 'closed']);
foreach ([0, 1, 2] as $n) {
    comment($closed, $names[$n], "Said before it was closed: $n", minute($n));
}
page('closed-and-empty', 'Closed and empty', ['comment_status' => 'closed']);
page('open-and-empty', 'Open and empty');
page('about', 'About us', ['post_type' => 'page', 'comment_status' => 'closed']);
$locked = page('locked', 'Only with a password', ['post_password' => 'secret']);
comment($locked, 'Hidden Harry', 'HIDDEN-behind a password', minute(1));
$hushed = page('all-in-moderation', 'Everything is held for moderation');
comment($hushed, 'Hidden Harry', 'HIDDEN-held', minute(1), ['comment_approved' => '0']);
$linked = page('only-a-pingback', 'Only a pingback');
comment($linked, 'Somebody links here', '[&#8230;] look [&#8230;]', minute(5),
    ['comment_type' => 'pingback', 'comment_author_url' => 'https://example.com/links', 'comment_author_email' => '']);

// 5. A reply to a comment that is not shown: WordPress counts it and REST gives it, but no theme's list holds it.
$orphaned = page('a-reply-to-nobody', 'A reply to nobody');
comment($orphaned, 'Ada Winter', 'Somebody has to begin.', minute(1));
$held = comment($orphaned, 'Hidden Harry', 'HIDDEN-0 with a reply', minute(2), ['comment_approved' => '0']);
comment($orphaned, 'bjørn', 'A reply to somebody who is not there.', minute(3), ['comment_parent' => $held]);

wp_defer_comment_counting(false);
flush_rewrite_rules(true);
