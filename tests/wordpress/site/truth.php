<?php
/* php truth.php DOCROOT FILE: what a visitor may see, read back from the database through WordPress, as JSON. */
require $argv[1] . '/wp-load.php';

/** Text of a piece of HTML, white space folded. */
function plain(string $html): string {
    $spaced = preg_replace('~</?(p|br|div|blockquote|li|ul|ol|pre)\b[^>]*>~i', ' ', $html);
    $text = html_entity_decode(wp_strip_all_tags($spaced), ENT_QUOTES | ENT_HTML5, 'UTF-8');
    return trim(preg_replace('/\s+/u', ' ', $text));
}

function utc(string $gmt): string {
    return str_replace(' ', 'T', $gmt) . 'Z';
}

/** A post's visible comments; $hidden collects the others. */
function comments_of(WP_Post $post, array &$hidden): array {
    global $wpdb;
    $rows = $wpdb->get_results($wpdb->prepare(
        "SELECT * FROM $wpdb->comments WHERE comment_post_ID = %d ORDER BY comment_ID", $post->ID));
    $visible = $depth = [];
    foreach ($rows as $row) {
        $id = (int) $row->comment_ID;
        if ($row->comment_approved !== '1' || $post->post_password !== '') {
            $hidden[] = ['id' => $id, 'post' => $post->ID, 'status' => $row->comment_approved, 'text' => plain($row->comment_content)];
            continue;
        }
        $comment = get_comment($id);
        $parent = (int) $row->comment_parent ?: null;
        $depth[$id] = 1 + ($depth[$parent] ?? 0);
        $html = apply_filters('comment_text', get_comment_text($comment), $comment, []);
        $visible[] = [
            'id' => $id, 'parent' => $parent, 'depth' => $depth[$id], 'type' => $row->comment_type,
            'author' => html_entity_decode(get_comment_author($comment), ENT_QUOTES | ENT_HTML5, 'UTF-8'),
            'author_url' => html_entity_decode($row->comment_author_url, ENT_QUOTES | ENT_HTML5, 'UTF-8'),   // stored escaped
            'date_gmt' => utc($row->comment_date_gmt),
            'raw' => $row->comment_content, 'content_html' => $html, 'text' => plain($html),
        ];
    }
    return $visible;
}

/** In a function, since WordPress's globals ($post, $pages) must stay as they are. */
function export_truth(string $file): void {
    $pages = $hidden = [];
    $posts = get_posts(['post_type' => ['post', 'page'], 'numberposts' => -1, 'orderby' => 'ID', 'order' => 'ASC']);
    foreach ($posts as $post) {
        $comments = comments_of($post, $hidden);
        $pages[] = [
            'id' => $post->ID, 'type' => $post->post_type, 'path' => substr(get_permalink($post), strlen(home_url())),
            'title' => $post->post_title, 'date_gmt' => utc($post->post_date_gmt),
            'state' => $post->post_password !== '' ? 'password' : $post->comment_status,
            'password' => $post->post_password !== '', 'comment_count' => count($comments), 'comments' => $comments,
        ];
    }
    $truth = ['system' => 'wordpress', 'version' => get_bloginfo('version'), 'pages' => $pages, 'hidden' => $hidden];
    file_put_contents($file, json_encode($truth, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_PRETTY_PRINT));
}
export_truth($argv[2]);
