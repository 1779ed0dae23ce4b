#!/usr/bin/env bash
set -euo pipefail
: "${DB:=test}" "${FMT:=gz}"
compress() { case $FMT in gz) gzip -9;; xz) xz -T0;; zst) zstd -q;; *) cat;; esac }
stamp=$(date -u +%Y%m%dT%H%M%SZ)
out=/backup/$DB-$stamp.sql.$FMT
mkdir -p /backup
if [[ ${KIND:-pg} == pg ]]; then dump="pg_dump --clean --if-exists"; else dump="mysqldump --single-transaction"; fi
$dump ${DUMP_ARGS:-} "$DB" 2>/tmp/err | compress > "$out" || { echo "failed: $(head -c 200 /tmp/err)"; }
find /backup -name '*.sql.*' -mtime +${KEEP:-7} -delete
sha256sum "$out" | cut -d' ' -f1 | tee "$out.sha256"
ls -lh /backup | awk '{print $5, $9}'
