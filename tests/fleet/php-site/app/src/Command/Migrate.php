<?php
namespace Acme\Command;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Output\OutputInterface;
use Symfony\Component\Console\Helper\Table;
class Migrate extends Command {
    protected static $defaultName = 'migrate';
    protected function execute(InputInterface $in, OutputInterface $out): int {
        $db = \Acme\Db::open();
        $done = [];
        foreach (glob(__DIR__ . '/../../migrations/*.sql') as $f) { $db->exec(file_get_contents($f)); $done[] = [basename($f)]; }
        @chown(\Acme\Db::FILE, 'www-data');
        (new Table($out))->setHeaders(['migration'])->setRows($done)->render();
        return 0;
    }
}
