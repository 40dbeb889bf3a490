<!DOCTYPE html>
<html <?php language_attributes(); ?>>
<head><meta charset="<?php bloginfo('charset'); ?>"><?php wp_head(); ?></head>
<body <?php body_class(); ?>>
<div id="header"><a href="<?php echo esc_url(home_url('/')); ?>"><?php bloginfo('name'); ?></a></div>
<div id="content">
<?php while (have_posts()) { the_post(); ?>
  <div id="post-<?php the_ID(); ?>" <?php post_class(); ?>>
    <h1 class="entry-title"><a href="<?php the_permalink(); ?>"><?php the_title(); ?></a></h1>
    <div class="entry-content"><?php the_content(); ?></div>
  </div>
<?php if (is_singular()) { comments_template(); } } ?>
</div>
<div id="sidebar">
  <h3>Latest comments</h3>
  <ul id="recentcomments"><?php foreach (get_comments(['number' => 5, 'status' => 'approve', 'type' => 'comment']) as $latest) { ?>
    <li class="recentcomments"><span class="comment-author-link"><?php echo esc_html($latest->comment_author); ?></span>:
      <?php echo esc_html(wp_trim_words($latest->comment_content, 8)); ?></li>
  <?php } ?></ul>
</div>
<?php wp_footer(); ?>
</body>
</html>
