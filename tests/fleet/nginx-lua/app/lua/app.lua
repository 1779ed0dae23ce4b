local cjson = require "cjson"
local M, routes = {}, {}
routes["/"] = function() ngx.shared.hits:incr("n", 1, 0); return { hits = ngx.shared.hits:get("n"), jit = jit.version } end
routes["/db"] = function()
  local env = require("luasql.sqlite3").sqlite3(); local c = env:connect("/tmp/x.db")
  c:execute "create table if not exists t(a)"; c:execute "insert into t values(1)"
  local cur = c:execute "select count(*) from t"; return { rows = cur:fetch() }
end
routes["/rock"] = function() local a = require "acme"; return { rock = a.twice(21), util = require("acme.util").name } end
routes["/lpeg"] = function() return { m = require("lpeg").match(require("lpeg").P "ab", "abc") } end
routes["/pl"] = function() return { s = require("pl.stringx").strip("  x "), t = require("pl.pretty").write({ 1, 2 }, "") } end
routes["/sock"] = function() local s = require "socket"; local ok, e = s.connect("127.0.0.1", 1); return { e = e, http = type(require("socket.http").request), sec = type(require("ssl").newcontext) } end
routes["/lfs"] = function() return { mode = require("lfs").attributes("/srv/lua").mode } end
routes["/plugin"] = function() return { p = require("plugins." .. ngx.var.arg_n).name } end
routes["/sub"] = function() local h = io.popen("lua5.1 -e 'print(6*7)'; lua5.1 -e 'print(require(\"cjson\").encode({1}))'"); local r = h:read("*a"); h:close(); return { out = r } end
routes["/boom"] = function() error("boom") end
function M.run()
  local r = routes[ngx.var.uri]; if not r then return ngx.exit(404) end
  local ok, v = pcall(r)
  if not ok then ngx.status = 500; ngx.log(ngx.ERR, v); return ngx.say("broken ", v) end
  ngx.say(cjson.encode(v))
end
return M
