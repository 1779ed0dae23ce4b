vcl 4.1;
import std;
import directors;
backend default { .host = "127.0.0.1"; .port = "18152"; }
sub vcl_deliver { set resp.http.X-Up = std.toupper("hit"); }
