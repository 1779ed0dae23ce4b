#!/bin/bash
set -e
one() { # folder below /usr/share/php, package, namespace
  local t=packages/${2//\//-}; mkdir -p $t; cp -rL "/usr/share/php/$1" $t/src
  printf '{"name":"%s","version":"1.2.0","autoload":{"psr-4":{"%s\\\\":"src/"}}%s}' "$2" "${3//\\/\\\\}" "$4" > $t/composer.json
}
C='Symfony\Component'
one Twig twig/twig Twig; one Symfony/Component/Console symfony/console "$C\\Console" ',"require":{"symfony/string":"*","symfony/service-contracts":"*"}'
one Symfony/Component/Routing symfony/routing "$C\\Routing"; one Symfony/Component/String symfony/string "$C\\String"
one Symfony/Component/HttpFoundation symfony/http-foundation "$C\\HttpFoundation"; one Symfony/Component/Yaml symfony/yaml "$C\\Yaml"
one Symfony/Contracts/Service symfony/service-contracts 'Symfony\Contracts\Service'; one Psr/Container psr/container 'Psr\Container'
one Psr/Log psr/log 'Psr\Log'; one Monolog monolog/monolog Monolog
one PHPUnit phpunit/phpunit PHPUnit ',"require":{"sebastian/all":"*","nikic/php-parser":"*"},"bin":["phpunit"]'
cp /usr/bin/phpunit packages/phpunit-phpunit/
one SebastianBergmann sebastian/all SebastianBergmann; one PhpParser nikic/php-parser PhpParser
export COMPOSER_ALLOW_SUPERUSER=1 COMPOSER_DISABLE_NETWORK=1
composer update --no-interaction --no-scripts
rm -rf packages
php -d phar.readonly=0 mkphar.php; chmod +x bin/*
cp config/nginx.conf /etc/nginx/sites-enabled/default; cp config/pool.conf /etc/php/8.2/fpm/pool.d/www.conf; cp config/msmtprc /etc/
printf 'opcache.preload=/srv/app/config/preload.php\nopcache.preload_user=www-data\n' > /etc/php/8.2/fpm/conf.d/99-site.ini
phpdismod pgsql pdo_pgsql; mkdir -p var /run/php; chown www-data var; rm -f mkphar.php build.sh
