<?php function acme_preloaded() { return true; } opcache_compile_file(__DIR__ . "/../src/Kernel.php");
