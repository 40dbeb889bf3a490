<?php
/* php change.php DOCROOT JSON: makes and changes posts and comments as told, and prints what it made, as JSON.
   Orders: {"do": "post", "title"}, {"do": "add", "post", "parent", "author", "text"}, {"do": "edit", "id", "text"},
   {"do": "trash", "id"}, {"do": "restore", "id"}, {"do": "close", "post"}, {"do": "title", "post", "title"},
   {"do": "forget", "post"}: deletes a post with its comments for good. */
require $argv[1] . '/wp-load.php';

function obey(array $order): mixed {
    switch ($order['do']) {
        case 'post':
            $id = wp_insert_post(['post_title' => $order['title'], 'post_content' => 'A story that goes on.',
                'post_status' => 'publish', 'comment_status' => 'open', 'post_type' => 'post']);
            return ['id' => $id, 'path' => substr(get_permalink($id), strlen(home_url()))];
        case 'add':
            return wp_insert_comment(['comment_post_ID' => $order['post'], 'comment_parent' => $order['parent'] ?? 0,
                'comment_author' => $order['author'], 'comment_content' => $order['text'], 'comment_approved' => 1,
                'comment_type' => 'comment', 'comment_date_gmt' => gmdate('Y-m-d H:i:s', time() - 60)]);
        case 'edit':
            return wp_update_comment(['comment_ID' => $order['id'], 'comment_content' => $order['text']]);
        case 'trash':
            return wp_trash_comment($order['id']);
        case 'restore':
            return wp_untrash_comment($order['id']);
        case 'close':
            return wp_update_post(['ID' => $order['post'], 'comment_status' => 'closed']);
        case 'title':
            return wp_update_post(['ID' => $order['post'], 'post_title' => $order['title']]);
        case 'forget':
            foreach (get_comments(['post_id' => $order['post'], 'status' => 'any,trash', 'fields' => 'ids']) as $id) wp_delete_comment($id, true);
            return (bool) wp_delete_post($order['post'], true);
    }
    throw new InvalidArgumentException($order['do']);
}
echo json_encode(array_map('obey', json_decode($argv[2], true)));
