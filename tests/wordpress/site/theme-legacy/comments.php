<?php if (post_password_required()) { ?>
<p class="nocomments">This post is password protected. Enter the password to view comments.</p>
<?php return; } ?>
<div id="comments">
<?php if (have_comments()) { ?>
  <h3><?php comments_number(); ?></h3>
  <div class="navigation"><?php previous_comments_link(); next_comments_link(); ?></div>
  <ol class="commentlist"><?php wp_list_comments(['format' => 'xhtml']); ?></ol>
  <div class="navigation"><?php previous_comments_link(); next_comments_link(); ?></div>
<?php } if (!comments_open()) { ?>
  <p class="nocomments"><?php _e('Comments are closed.'); ?></p>
<?php } ?>
</div>
<?php comment_form();
