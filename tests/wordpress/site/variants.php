<?php
/* The sites: one database, shown by different themes, in different orders and languages, with and without REST. */
function talkback_variants() {
    $html5  = ['theme' => 'twentytwentyone', 'first' => 'newest', 'locale' => 'en_US'];
    $block  = ['theme' => 'twentytwentytwo', 'first' => 'oldest', 'locale' => 'en_US'];
    $legacy = ['theme' => 'talkback-legacy', 'first' => 'oldest', 'locale' => 'en_US'];
    return [
        'html5'         => $html5 + ['rest' => true],
        'html5-silent'  => $html5 + ['rest' => false],
        'block'         => $block + ['rest' => true],
        'block-silent'  => $block + ['rest' => false],
        'legacy'        => $legacy + ['rest' => true],
        'legacy-silent' => $legacy + ['rest' => false],
        'german'        => ['theme' => 'talkback-legacy', 'first' => 'newest', 'locale' => 'de_DE', 'rest' => false,
                            'options' => ['date_format' => 'j. F Y', 'time_format' => 'H:i']],
    ];
}
