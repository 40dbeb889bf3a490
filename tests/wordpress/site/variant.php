<?php
/* A must-use plugin: makes this process the site that WP_VARIANT names. */
require_once getenv('WP_SITE') . '/variants.php';

$variant = talkback_variants()[getenv('WP_VARIANT') ?: 'html5'];
$options = ['template' => $variant['theme'], 'stylesheet' => $variant['theme'], 'default_comments_page' => $variant['first']];
foreach ($options + ($variant['options'] ?? []) as $option => $value) {
    add_filter("pre_option_$option", fn() => $value);
}
add_filter('locale', fn() => $variant['locale']);
if (!$variant['rest']) {
    // As security plugins do it: no announcement, and 401 for whoever asks nevertheless.
    remove_action('wp_head', 'rest_output_link_wp_head', 10);
    remove_action('template_redirect', 'rest_output_link_header', 11);
    remove_action('xmlrpc_rsd_apis', 'rest_output_rsd');
    add_filter('rest_authentication_errors', fn() => new WP_Error('rest_disabled', 'REST is off.', ['status' => 401]));
}
