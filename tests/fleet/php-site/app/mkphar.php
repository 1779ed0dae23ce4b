<?php
$p = new Phar('bin/report.phar', 0, 'r.phar');
$p->addFromString('index.php', '<?php require __DIR__ . "/lib.php"; echo report($argv[1] ?? "x");');
$p->addFromString('lib.php', '<?php function report($n) { return sprintf("report %s %s\n", $n, mb_strtoupper("äö")); }');
$p->setStub("#!/usr/bin/php\n<?php Phar::mapPhar('r.phar'); require 'phar://r.phar/index.php'; __HALT_COMPILER();");
