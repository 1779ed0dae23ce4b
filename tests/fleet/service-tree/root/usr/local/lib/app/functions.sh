log() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*" >&2; }
render() { local f; while IFS= read -r -d '' f; do envsubst '${PORT}' < "$f" > "/etc/nginx/conf.d/$(basename "${f%.tmpl}")"; done < <(find "$1" -name '*.tmpl' -print0); }
