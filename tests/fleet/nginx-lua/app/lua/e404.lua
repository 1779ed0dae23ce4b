ngx.status = 404 ngx.say("own 404")
