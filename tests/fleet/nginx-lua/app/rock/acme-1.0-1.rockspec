package = "acme"
version = "1.0-1"
source = { url = "git://x.test" }
dependencies = { "lua >= 5.1" }
build = { type = "builtin", modules = { acme = "acme.lua", ["acme.util"] = "util.lua", ["acme.core"] = { sources = { "core.c" } } } }
