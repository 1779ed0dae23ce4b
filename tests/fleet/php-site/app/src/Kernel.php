<?php
namespace Acme;
use Symfony\Component\HttpFoundation\Request; use Symfony\Component\HttpFoundation\Response; use Symfony\Component\HttpFoundation\JsonResponse;
use Symfony\Component\Routing\{Route,RouteCollection,RequestContext}; use Symfony\Component\Routing\Matcher\UrlMatcher;
class Kernel {
  function handle(Request $q): Response {
    $routes = new RouteCollection();
    foreach (\Symfony\Component\Yaml\Yaml::parseFile(__DIR__ . '/../config/routes.yaml') as $n => $p) $routes->add($n, new Route($p));
    $log = new \Monolog\Logger('site'); $log->pushHandler(new \Monolog\Handler\StreamHandler('/srv/app/var/site.log'));
    try { $m = (new UrlMatcher($routes, (new RequestContext())->fromRequest($q)))->match($q->getPathInfo()); }
    catch (\Symfony\Component\Routing\Exception\ResourceNotFoundException $e) { $log->warning('none'); return new Response($this->page('error', ['what' => $e->getMessage()]), 404); }
    $log->info('at', $m);
    return $this->{$m['_route']}($q, $m);
  }
  function page(string $t, array $v): string { $tw = new \Twig\Environment(new \Twig\Loader\FilesystemLoader(__DIR__ . '/../templates'), ['cache' => '/srv/app/var/twig']); return $tw->render("$t.html.twig", $v); }
  function home($q, $m) { return new Response($this->page('home', ['notes' => Db::open()->query('select text from note')->fetchAll()])); }
  function add($q, $m) { $s = Db::open()->prepare('insert into note(text) values(?)'); $s->execute([$q->request->get('text')]); return new JsonResponse(['ok' => true], 201); }
  function intl($q, $m) { $l = $m['locale']; return new JsonResponse([
     'money' => (new \NumberFormatter($l, \NumberFormatter::CURRENCY))->formatCurrency(1234.5, 'EUR'),
     'date' => (new \IntlDateFormatter($l, \IntlDateFormatter::FULL, \IntlDateFormatter::NONE, 'America/Lima'))->format(0),
     'idn' => idn_to_ascii('käse.example'), 'sort' => (function () use ($l) { $a = ['Zebra', 'Äpfel', 'Birne']; (new \Collator($l))->sort($a); return $a; })()], 200, [], false); }
  function image($q, $m) { $i = imagecreatetruecolor(80, 20); imagettftext($i, 12, 0, 1, 15, imagecolorallocate($i, 255, 255, 255), '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf', 'Grüße'); ob_start(); imagewebp($i); return new Response(ob_get_clean(), 200, ['Content-Type' => 'image/webp']); }
  function mail($q, $m) { return new JsonResponse(['sent' => mail('a@example.test', 'Hallo', "text\n")]); }
  function info($q, $m) { return new JsonResponse(['preload' => function_exists('acme_preloaded'), 'opcache' => (bool) (opcache_get_status(false)['opcache_enabled'] ?? false), 'ext' => get_loaded_extensions(), 'xsl' => class_exists('XSLTProcessor'), 'redis' => class_exists('Redis'),
     'phar' => shell_exec('php /srv/app/bin/report.phar abc'), 'limit' => ini_get('memory_limit'), 'iconv' => bin2hex(iconv('UTF-8', 'SHIFT_JIS', 'あ')), 'pool' => getenv('POOL_NAME'), 'tz' => (new \DateTime('2024-07-01', new \DateTimeZone('Asia/Tokyo')))->format('c')]); }
  function fetch($q, $m) { $c = curl_init('https://' . $q->query->get('host')); curl_setopt($c, CURLOPT_RETURNTRANSFER, true); $r = curl_exec($c); return new JsonResponse(['got' => $r, 'error' => curl_error($c), 'ctx' => @file_get_contents('https://' . $q->query->get('host'))]); }
  function zip($q, $m) { $f = tempnam('/tmp', 'z'); $z = new \ZipArchive(); $z->open($f, \ZipArchive::OVERWRITE); $z->addFromString('a.txt', 'hello'); $z->close(); return new Response(file_get_contents($f)); }
  function boom($q, $m) { throw new \LogicException('boom'); }
}
