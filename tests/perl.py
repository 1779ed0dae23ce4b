#!/usr/bin/env python3
"""What the Perl tracer keeps, against what the real perl loads: %INC after a script has run.

An image holds this machine's perl and its modules. For each script slim is asked with --entry what would stay; every
file that perl then loads must be among it.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "lib"))

import image  # noqa: E402

SLIM = os.environ.get("SLIM", "./slim")

SCRIPTS = {
    "modules": "use %s;",
    "late": "sub f { require %s } f();",
    "evaluated": "eval 'require %s; 1' or die $@;",
}
MODULES = """AnyDBM_File Archive::Tar autodie B::Deparse Benchmark bigint charnames Class::Struct Compress::Zlib CPAN::Meta
Data::Dumper DB_File diagnostics Digest::SHA encoding::warnings Encode Env English ExtUtils::MakeMaker feature Fcntl fields
File::Find File::Temp FindBin Getopt::Long Hash::Util HTTP::Tiny I18N::LangTags::Detect IO::Compress::Gzip IO::Select
IO::Socket::INET IO::Zlib IPC::Open3 IPC::SysV JSON::PP List::Util Locale::Maketext Math::BigFloat Memoize MIME::QuotedPrint
Module::CoreList Module::Load Net::FTP Opcode open Params::Check PerlIO::encoding Pod::Usage POSIX Safe SelfLoader Socket
sort Storable Sys::Hostname Term::ReadLine Test::More Text::Balanced Thread::Queue threads Tie::File Time::HiRes Time::Piece
Unicode::Collate Unicode::Normalize Unicode::UCD User::pwent utf8 version""".split()
CODE = {
    "encodings": 'use Encode; Encode::encode($_, "x") for qw(shiftjis euc-kr big5 koi8-r UTF-16 MIME-Header iso-8859-2);',
    "collation": 'use Unicode::Collate::Locale; Unicode::Collate::Locale->new(locale => "sv")->sort(qw(b a));',
    "numbers": 'use Math::BigInt lib => "GMP"; Math::BigInt->new(2)->bpow(99)->bstr;',
    "digests": 'use Digest; Digest->new("SHA-256")->add("x");',
    "layers": 'open my $f, "<:encoding(UTF-16)", $0 or die; binmode STDOUT, ":encoding(iso-8859-1)"; open my $g, "<", \\"x";',
    "names": 'my $x = "\\N{GREEK SMALL LETTER ALPHA}"; use charnames (); charnames::viacode(0xdf); "x" =~ /\\p{Greek}/;',
    "errors": '$!{ENOENT}; "a" =~ /(?<x>a)/; my $y = $+{x}; my @f = glob "/t*"; use Carp; eval { Carp::confess("x") };',
    "formats": 'use IO::File; format STDOUT =\n@<<< isn\'t it "\n$0\n.\nrequire Text::Wrap;',
    "quotes": 'my %q = (q => 1, s => 2, y => 3); my $d = $q{s} / $q{y}; print q(a "(b) \' c); s{a}{b}; require Text::Tabs;',
    "heredocs": 'print <<"A", <<\'B\'; require Text::ParseWords;\nit\'s @{[ do { require Text::Abbrev; 1 } ]}\nA\n"x\nB\nrequire Time::Local;',
    "pod": '=pod\n\nuse Not::There; "\n\n=cut\n\nrequire Sys::Hostname;',
    "classes": 'package X; use parent "IO::Handle"; use base qw(Tie::Hash); for my $m ("Text::Wrap") { eval "require $m" or die }',
}


def perl(*args):
    done = subprocess.run(["perl", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return done.stdout if done.returncode == 0 else None


def add_tree(layer, top, seen):
    for folder, folders, files in os.walk(top):
        for name in files + folders:
            path = os.path.join(folder, name)
            if path in seen or (name in folders and not os.path.islink(path)):
                continue
            seen.add(path)
            if os.path.islink(path):
                layer.link(path, os.readlink(path))
            else:
                with open(path, "rb") as f:
                    layer.file(path, f.read(), mode=os.stat(path).st_mode & 0o777)


def cases():
    for module in MODULES:
        for kind, code in SCRIPTS.items():
            if kind == "modules" or module in ("Data::Dumper", "Unicode::UCD"):
                yield "%s-%s" % (kind, module.replace("::", "-")), code % module
    yield from CODE.items()


def loaded(code, folder):
    script = os.path.join(folder, "script.pl")
    with open(script, "w", encoding="utf-8") as f:
        f.write("END { print STDERR join \"\\n\", map { \"INC $_\" } grep { !ref && m{^/} } values %INC }\n" + code)
    done = subprocess.run(["perl", script], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        return None
    return {line[4:] for line in done.stderr.split("\n") if line.startswith("INC ") and line[4:] != script}


def real_paths(paths):
    return {os.path.realpath(p) for p in paths}


def kept(archive, name, folder):
    report = os.path.join(folder, "report.json")
    subprocess.run([SLIM, "-q", "-n", "--report", report, "--entry", "/t/%s/run" % name, archive], check=True)
    with open(report, encoding="utf-8") as f:
        return {"/" + e["path"].lstrip("/") for e in json.load(f)["images"][0]["kept"]}


def main():
    program = shutil.which("perl")
    if not program:
        print("1..0 # SKIP no perl on this machine")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        made = image.Image({"Entrypoint": ["/t/none/run"]})
        layer = made.layer()
        program, seen = os.path.realpath(program), set()
        with open(program, "rb") as f:
            layer.file("/usr/bin/perl", f.read(), mode=0o755)
        for top in perl("-e", "print join qq(\\n), @INC").split("\n"):
            if os.path.isdir(top):
                add_tree(layer, os.path.realpath(top), seen)
                if os.path.islink(top):
                    layer.link(top, os.path.realpath(top))
        every = dict(cases())
        for name, code in every.items():
            layer.file("/t/%s/run" % name, ("#!/usr/bin/perl\n" + code).encode(), mode=0o755)
        layer.file("/t/none/run", b"#!/usr/bin/perl\n1;\n", mode=0o755)
        archive = os.path.join(folder, "image.tar")
        made.save(archive)
        print("1..%d" % len(every))
        failed = 0
        for number, (name, code) in enumerate(every.items(), 1):
            wanted = loaded(code, folder)
            if wanted is None:
                print("ok %d - %s # SKIP this perl cannot run it" % (number, name))
                continue
            missing = real_paths(wanted) - real_paths(kept(archive, name, folder))
            failed += bool(missing)
            print("%s %d - %s" % ("not ok" if missing else "ok", number, name))
            for path in sorted(missing):
                print("# perl loads %s" % path)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
