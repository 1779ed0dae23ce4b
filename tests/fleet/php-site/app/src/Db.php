<?php
namespace Acme;
class Db { const FILE = '/srv/app/var/site.db';
  static function open(): \PDO { return new \PDO('sqlite:' . self::FILE, null, null, [\PDO::ATTR_ERRMODE => \PDO::ERRMODE_EXCEPTION]); } }
