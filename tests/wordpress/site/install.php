<?php
/* php install.php DOCROOT: WordPress's own installer without its form, and the options of a video site. */
define('WP_INSTALLING', true);
function wp_new_blog_notification() {}   // pluggable: sends no mail
require $argv[1] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
if (!is_blog_installed()) {
    wp_install('Lantern Row Video', 'editor', 'editor@example.org', true, '', 'editor');
}
$options = [
    'permalink_structure'   => '/%year%/%monthnum%/%postname%/',
    'timezone_string'       => 'Europe/Berlin',
    'date_format'           => 'F j, Y',
    'time_format'           => 'g:i a',
    'page_comments'         => 1,
    'comments_per_page'     => 20,
    'thread_comments'       => 1,
    'thread_comments_depth' => 5,
    'comment_order'         => 'asc',
    'comment_moderation'    => 0,
    'close_comments_for_old_posts' => 0,
    'show_avatars'          => 1,
];
foreach ($options as $name => $value) {
    update_option($name, $value);
}
