<?php
require dirname(__DIR__) . '/vendor/autoload.php';
use Symfony\Component\HttpFoundation\Request;
try { (new Acme\Kernel())->handle(Request::createFromGlobals())->send(); }
catch (\Throwable $e) { http_response_code(500); echo 'broken: ', get_class($e); error_log((string) $e); }
