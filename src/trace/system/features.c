/* The rules of docs/rules.md B that are tables: symbol, library, program or string → files. One row a rule. */
#include "system_data.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

const char *const slim_always[] = {
	"/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/etc/nsswitch.conf", "/etc/hosts", "/etc/hostname",
	"/etc/resolv.conf", "/etc/host.conf", "/etc/gai.conf", "/etc/services", "/etc/protocols", "/etc/networks",
	"/etc/localtime", "/etc/timezone", "/etc/TZ", "/etc/os-release", "/etc/debian_version", "/etc/alpine-release",
	"/etc/redhat-release", "/etc/*-release", "/etc/system-release-cpe", "/etc/issue", "/etc/shells",
	"/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d/*", "/etc/ld.so.preload", "/etc/ld-musl-*.path",
	"/etc/environment", "/etc/profile", "/etc/mime.types", "/etc/login.defs", "/etc/ssl/openssl.cnf",
	"/usr/lib/os-release", "/tmp", "/var/tmp", "/run", "/root", "/home/*",
	/* bundles of certificates: go crypto/x509/root_linux.go, curl's configure, Java */
	"/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem",
	"/etc/pki/tls/certs/ca-bundle.crt", "/etc/pki/tls/cacert.pem", "/etc/pki/tls/cert.pem",
	"/etc/pki/ca-trust/extracted/pem/*", "/etc/ssl1.1/cert.pem",
	NULL
};

/*
 * Their conversions are between UTF-8 and the locale's own charset: the core modules and C.UTF-8 serve them. What
 * libstdc++ has is for <ext/codecvt_specializations.h>, whose users import iconv_open themselves.
 */
static const char *const narrow_iconv[] = {
	"libc.so.6", "libc-2.*.so", "bash", "sh", "printf", "tar", "cpio", "gpg*", "libunistring.so.*", "libidn2.so.*",
	"libidn.so.*", "libstdc++.so.*", "libapt-pkg.so.*", "libreadline.so.*", "libpsl.so.*", "localedef", "locale", NULL
};

/* It converts for the locale alone: nl_langinfo(3) tells that charset, and no text is about another. */
static bool knows_one_charset(const struct slim_elf *elf)
{
	return elf->program && !elf->go && !elf->names_charsets && slim_elf_imports(elf, "nl_langinfo");
}

/* Of these only to and from the locale's charset. */
static const char *const locale_iconv[] = {
	"libc.so.6", "libc-2.*.so", "libunistring.so.*", "libidn2.so.*", "libidn.so.*", "libpsl.so.*", NULL
};

/* chisel's libc6_gconv slice: what a Western system takes for granted */
static const char *const gconv_core[] = {
	"$LIB/gconv/gconv-modules*", "$LIB/gconv/gconv-modules.d/**", "$LIB/gconv/ANSI_X3.110.so", "$LIB/gconv/CP1252.so",
	"$LIB/gconv/ISO8859-1.so", "$LIB/gconv/ISO8859-15.so", "$LIB/gconv/UNICODE.so", "$LIB/gconv/UTF-*.so",
	"/usr/share/locale/locale.alias", NULL
};

/* Names of the C library: gai.conf(5), nsswitch.conf(5), and the functions of getpwnam(3) and its kin. */
static const char *const nss_symbols[] = {
	"getaddrinfo", "gethostbyname", "gethostbyname2", "gethostbyname_r", "gethostbyname2_r", "gethostbyaddr",
	"gethostbyaddr_r", "gethostent", "getnameinfo", "getpwnam", "getpwnam_r", "getpwuid", "getpwuid_r", "getpwent",
	"getpwent_r", "setpwent", "getgrnam", "getgrnam_r", "getgrgid", "getgrgid_r", "getgrent", "getgrent_r", "setgrent",
	"getgrouplist", "initgroups", "getspnam", "getspnam_r", "getspent", "innetgr", "setnetgrent", "getservbyname",
	"getservbyname_r", "getservbyport", "getservbyport_r", "getservent", "getprotobyname", "getprotobyname_r",
	"getprotobynumber", "getprotoent", "getnetbyname", "getnetent", "getrpcbyname", "ether_hostton", "getaliasbyname",
	NULL
};

static const char *const selinux_loaders[] = { "selinux_init_load_policy", "selinux_mkload_policy", NULL };

#define TERMINFO_SET(dir) \
	dir "/a/ansi*", dir "/d/dumb", dir "/l/linux", dir "/s/screen*", dir "/s/sun", dir "/t/tmux*", dir "/v/vt100", \
		dir "/v/vt102", dir "/v/vt220", dir "/v/vt52", dir "/x/xterm*", dir "/r/rxvt*", dir "/c/cygwin", \
		dir "/E/Eterm*", dir "/h/hurd", dir "/c/cons25", dir "/p/pcansi", dir "/m/mach*", dir "/w/wsvt25*"

/* Each row: docs/rules.md's id is in rules.def. Library data (B20): the library's own manual names the folders. */
const struct slim_feature slim_features[] = {
	{ "nss", SLIM_RULE_NSS, .symbols = nss_symbols, .strings = LIST("/etc/nsswitch.conf"), .go = true,
	  .places = LIST("/etc/rpc", "/etc/ethers", "/etc/netgroup", "/etc/aliases", "/etc/hosts.equiv", "/etc/nscd.conf"),
	  .more = slim_nss_keep },
	{ "idn", SLIM_RULE_IDN, .when = slim_idn_works, .symbols = LIST("getaddrinfo", "getnameinfo"),
	  .libraries = LIST("libidn2.so.0") },
	{ "gconv", SLIM_RULE_GCONV, .symbols = LIST("iconv_open"), .strings = LIST("/usr/lib/gconv"), .except = narrow_iconv,
	  .unless = knows_one_charset,
	  .places = LIST("$LIB/gconv/**") },
	/* C.UTF-8 is a set of files for glibc alone: an image without it has no reader for them */
	{ "c-utf8", SLIM_RULE_LOCALE, .sonames = LIST("libc.so.6"), .symbols = LIST("setlocale", "newlocale"),
	  .strings = LIST("/usr/lib/locale", "/usr/lib/locale/locale-archive"),
	  .places = LIST("/usr/lib/locale/C.utf8/**", "/usr/lib/locale/C.UTF-8/**") },
	{ "gconv-core", SLIM_RULE_GCONV, .symbols = LIST("iconv_open"), .except = locale_iconv, .places = gconv_core },
	/* UTF-8 and ASCII are no modules, so only locales of other charsets need any: glibc iconv/gconv_builtin.c */
	{ "gconv-locale", SLIM_RULE_GCONV, .when = slim_has_other_charset,
	  .symbols = LIST("setlocale", "newlocale", "mbstowcs", "mbsrtowcs", "wcstombs", "wcsrtombs"), .places = gconv_core },
	/* opened with the first locale: without it each start would look for the text files that it was made of */
	{ "gconv-cache", SLIM_RULE_GCONV, .symbols = LIST("setlocale", "newlocale", "uselocale"),
	  .places = LIST("$LIB/gconv/gconv-modules.cache") },
	/* "mysql_tzinfo_to_sql /usr/share/zoneinfo" reads every zone, the doubles as well */
	{ "zoneinfo-tables", SLIM_RULE_ZONEINFO, .programs = LIST("mysql_tzinfo_to_sql", "mariadb-tzinfo-to-sql"),
	  .places = LIST("/usr/share/zoneinfo/**") },
	/* misc/unwind-link.c of glibc: pthread_exit, pthread_cancel and backtrace load it */
	{ "unwind", SLIM_RULE_UNWIND, .sonames = LIST("libc.so.6"), .libraries = LIST("libgcc_s.so.1") },
	{ "openssl", SLIM_RULE_OPENSSL, .sonames = LIST("libcrypto.so*"),
	  .strings = LIST("/usr/lib/ssl/openssl.cnf", "/etc/ssl/openssl.cnf", "/usr/local/ssl/openssl.cnf"),
	  .places = LIST("/usr/lib/ssl/openssl.cnf", "/usr/local/ssl/openssl.cnf", "/etc/pki/tls/openssl.cnf",
			 "/etc/pki/tls/openssl.d/**", "/etc/pki/tls/ct_log_list.cnf", "/etc/ssl/*.cnf", "/etc/ssl/openssl.cnf.d/**",
			 "/etc/crypto-policies/back-ends/**", "/usr/share/crypto-policies/DEFAULT/**", "$LIB/ossl-modules/**",
			 "$LIB/engines-*/**") },
	{ "certificates", SLIM_RULE_CERTIFICATES, .go = true,
	  .symbols = LIST("SSL_CTX_set_default_verify_paths", "SSL_CTX_load_verify_locations", "SSL_CTX_new"),
	  .sonames = LIST("libssl.so*", "libcrypto.so*", "libgnutls.so*", "libnss3.so*", "libmbedtls.so*", "libwolfssl.so*",
			  "libcurl*.so*"),
	  .programs = LIST("curl", "wget", "java", "node", "nodejs", "git-remote-http*", "python3*", "dotnet"),
	  .strings = LIST("/etc/ssl/certs", "/etc/ssl/certs/", "/etc/ssl/certs/ca-certificates.crt", "/usr/lib/ssl/certs",
			  "/usr/local/ssl/certs", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"),
	  .places = LIST("/etc/ssl/certs/**", "/usr/lib/ssl/cert.pem", "/usr/lib/ssl/certs", "/usr/local/ssl/cert.pem",
			 "/usr/local/ssl/certs/**", "/etc/pki/tls/certs/**", "/etc/pki/ca-trust/extracted/**", "/etc/pki/java/**",
			 "/etc/ssl/private/**", "/etc/pki/tls/private/**", "/usr/local/share/ca-certificates/**",
			 "/etc/ca-certificates/extracted/**") },
	{ "kerberos", SLIM_RULE_KERBEROS, .symbols = LIST("krb5_init_context", "gss_init_sec_context", "gss_acquire_cred",
	  "gss_accept_sec_context"), .sonames = LIST("libkrb5.so*", "libgssapi_krb5.so*", "libgssapi.so*"),
	  .places = LIST("/etc/krb5.conf", "/etc/krb5.conf.d/**", "/etc/gss/**", "$LIB/krb5/plugins/**", "$LIB/gss/**",
			 "/usr/share/krb5/**") },
	/* libldap asks SASL only for a caller of ldap_sasl_interactive_bind(3) */
	{ "sasl", SLIM_RULE_SASL, .symbols = LIST("sasl_client_init", "sasl_client_new", "ldap_sasl_interactive_bind",
	  "ldap_sasl_interactive_bind_s"), .strings = LIST("sasl_client_init", "sasl_client_new"), .except = LIST("libldap*.so*"),
	  /* all but libsasldb, libsql and libldapdb, which know the users of a server: Cyrus SASL, "Auxiliary Properties" */
	  .places = LIST("$LIB/sasl2/[!l]*", "$LIB/sasl2/l[!i]*", "$LIB/sasl2/lib[!ls]*", "$LIB/sasl2/libl[!d]*",
			 "$LIB/sasl2/libs[!aq]*", "/etc/sasl2/**", "/etc/sasl/**") },
	/* libselinux loads libsepol for those who load a policy: selinux_mkload_policy(3), systemd */
	{ "selinux-policy", SLIM_RULE_DLOPEN_STRING, .symbols = selinux_loaders, .words = selinux_loaders,
	  .except = LIST("libselinux.so.*"), .libraries = LIST("libsepol.so.2", "libsepol.so.1") },
	{ "sasl-server", SLIM_RULE_SASL, .symbols = LIST("sasl_server_init", "sasl_server_new", "sasl_setpass",
	  "sasl_checkpass"), .strings = LIST("sasl_server_init", "sasl_server_new"),
	  .places = LIST("$LIB/sasl2/**", "/etc/sasl2/**", "/etc/sasl/**") },
	{ "pkcs11", SLIM_RULE_PKCS11, .symbols = LIST("p11_kit_modules_load", "p11_kit_initialize_registered"),
	  .sonames = LIST("libp11-kit.so*", "libgnutls.so*"),
	  .places = LIST("/etc/pkcs11/**", "/usr/share/p11-kit/**", "$LIB/pkcs11/**", "/usr/share/pki/**", "/etc/gnutls/**") },
	{ "terminfo", SLIM_RULE_TERMINFO, .symbols = LIST("setupterm", "tgetent", "initscr", "newterm", "el_init"),
	  .sonames = LIST("libtinfo*.so*", "libncurses*.so*", "libreadline.so*", "libedit.so*"),
	  .places = LIST("/etc/terminfo/**", "/lib/terminfo/**", "/etc/inputrc", TERMINFO_SET("/usr/share/terminfo"),
			 TERMINFO_SET("/usr/lib/terminfo"), "/usr/share/tabset/**") },
	{ "magic", SLIM_RULE_MAGIC, .symbols = LIST("magic_open"), .sonames = LIST("libmagic.so*"),
	  .places = LIST("/usr/share/misc/magic*", "/usr/lib/file/magic*", "/usr/share/file/**", "/etc/magic",
			 "/etc/magic.mime") },
	{ "fonts", SLIM_RULE_FONTS, .symbols = LIST("FcInit", "FcInitLoadConfig", "FcInitLoadConfigAndFonts", "FcConfigCreate"),
	  .sonames = LIST("libfontconfig.so*"),
	  .places = LIST("/etc/fonts/**", "/usr/share/fontconfig/**", "/usr/share/fonts/**", "/usr/local/share/fonts/**",
			 "/usr/share/xml/fontconfig/**", "/usr/share/ghostscript/fonts/**", "/var/cache/fontconfig/**") },
	{ "icu", SLIM_RULE_ICU, .sonames = LIST("libicuuc.so*"), .strings = LIST("/usr/share/icu"),
	  /* its folders also hold what is for building with ICU */
	  .places = LIST("/usr/share/icu/*.dat", "/usr/share/icu/*/*.dat", "/usr/share/icu/*/icudt*/**", "/usr/share/icu/icudt*/**",
			 "$LIB/libicudata.so.*") },
	{ "mime", SLIM_RULE_MIME, .go = true, .sonames = LIST("libgio-2.0.so*", "libQt5Core.so*", "libQt6Core.so*"),
	  .programs = LIST("python3*", "nginx", "apache2", "httpd", "php*", "ruby*"),
	  .strings = LIST("/usr/share/mime", "/usr/share/mime/globs2", "/etc/mime.types"),
	  .places = LIST("/usr/share/mime/globs2", "/usr/share/mime/globs", "/usr/share/mime/magic", "/usr/share/mime/aliases",
			 "/usr/share/mime/subclasses", "/usr/share/mime/mime.cache", "/usr/share/mime/types",
			 "/usr/share/mime/*icons", "/usr/share/mime/treemagic", "/usr/share/mime/version",
			 "/etc/apache2/mime.types", "/etc/httpd/mime.types", "/etc/mailcap") },
	{ "gio", SLIM_RULE_DESKTOP, .sonames = LIST("libgio-2.0.so*"),
	  .places = LIST("$LIB/gio/**", "/usr/share/glib-2.0/schemas/**", "/usr/share/applications/mime*") },
	{ "dconf", SLIM_RULE_DESKTOP, .sonames = LIST("libdconf.so*"), .places = LIST("/etc/dconf/**") },
	{ "gdk-pixbuf", SLIM_RULE_DESKTOP, .sonames = LIST("libgdk_pixbuf-2.0.so*"), .places = LIST("$LIB/gdk-pixbuf-2.0/**") },
	{ "gtk", SLIM_RULE_DESKTOP, .sonames = LIST("libgtk-3.so*", "libgtk-4.so*", "libgtk-x11-2.0.so*"),
	  .places = LIST("$LIB/gtk-*/**", "/etc/gtk-*/**", "/usr/share/gtk-*/**", "/usr/share/icons/hicolor/index.theme",
			 "/usr/share/icons/Adwaita/**", "/usr/share/themes/**") },
	{ "qt", SLIM_RULE_DESKTOP, .sonames = LIST("libQt5Core.so*", "libQt6Core.so*"),
	  .places = LIST("$LIB/qt5/plugins/**", "$LIB/qt6/plugins/**", "$LIB/qt5/qml/**", "$LIB/qt6/qml/**",
			 "/usr/share/qt5/**", "/usr/share/qt6/**", "/etc/xdg/QtProject/**") },
	{ "x11", SLIM_RULE_DESKTOP, .sonames = LIST("libX11.so*"), .places = LIST("/usr/share/X11/locale/**", "/etc/X11/rgb.txt",
	  "/usr/share/X11/XErrorDB", "/usr/share/X11/XKeysymDB", "/usr/share/X11/app-defaults/**") },
	{ "xkb", SLIM_RULE_DESKTOP, .sonames = LIST("libxkbcommon.so*"),
	  .places = LIST("/usr/share/X11/xkb/**", "/usr/share/xkeyboard-config*/**") },
	{ "gobject-introspection", SLIM_RULE_DESKTOP, .sonames = LIST("libgirepository-*.so*"),
	  .places = LIST("$LIB/girepository-1.0/**") },
	{ "dbus", SLIM_RULE_DBUS, .symbols = LIST("dbus_bus_get", "dbus_bus_get_private", "sd_bus_open", "sd_bus_default"),
	  .sonames = LIST("libdbus-1.so*", "libsystemd.so*", "libgio-2.0.so*"),
	  .places = LIST("/etc/dbus-1/**", "/usr/share/dbus-1/**", "/etc/machine-id", "/var/lib/dbus/machine-id") },
	{ "login-shell", SLIM_RULE_LOGIN_SHELL, .symbols = LIST("getusershell"),
	  .programs = LIST("su", "runuser", "login", "sshd", "sshd-session", "sudo", "doas", "chsh"),
	  .more = slim_login_shells_keep },
	{ "xml-catalog", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libxml2.so*"), .places = LIST("/etc/xml/**",
	  "/usr/share/xml/schema/**", "/etc/sgml/**") },
	{ "imagemagick", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libMagickCore-*.so*"),
	  .places = LIST("/etc/ImageMagick-*/**", "/usr/share/ImageMagick-*/**", "$LIB/ImageMagick-*/**",
			 "/usr/local/etc/ImageMagick-*/**") },
	{ "graphicsmagick", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libGraphicsMagick-*.so*"),
	  .places = LIST("/usr/share/GraphicsMagick-*/**", "$LIB/GraphicsMagick-*/**") },
	{ "vips", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libvips.so*"), .places = LIST("$LIB/vips-modules-*/**") },
	{ "psl", SLIM_RULE_LIBRARY_DATA, .symbols = LIST("psl_builtin_outdated", "psl_builtin_filename", "psl_load_file"),
	  .places = LIST("/usr/share/publicsuffix/**") },
	{ "proj", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libproj.so*"), .places = LIST("/usr/share/proj/**") },
	{ "gdal", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libgdal.so*"),
	  .places = LIST("/usr/share/gdal/**", "$LIB/gdalplugins/**") },
	{ "hunspell", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libhunspell-*.so*", "libenchant*.so*"),
	  .places = LIST("/usr/share/hunspell/**", "/usr/share/myspell/**", "$LIB/enchant*/**", "/usr/share/enchant*/**") },
	{ "aspell", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libaspell.so*"),
	  .places = LIST("/usr/lib/aspell/**", "/var/lib/aspell/**", "/usr/share/aspell/**") },
	{ "tesseract", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libtesseract.so*"), .places = LIST("/usr/share/tesseract-ocr/**",
	  "/usr/share/tessdata/**") },
	{ "espeak", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libespeak*.so*"),
	  .places = LIST("$LIB/espeak*-data/**", "/usr/share/espeak*-data/**") },
	{ "ghostscript", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libgs.so*"), .places = LIST("/usr/share/ghostscript/**",
	  "/var/lib/ghostscript/**", "/etc/ghostscript/**", "/usr/share/fonts/type1/**", "/usr/share/color/icc/**",
	  "/usr/share/poppler/**") },
	{ "ffmpeg", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libavcodec.so*"), .places = LIST("/usr/share/ffmpeg/**") },
	{ "ldap", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libldap*.so*"), .places = LIST("/etc/ldap/ldap.conf",
	  "/etc/openldap/ldap.conf") },
	{ "odbc", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libodbc.so*"), .places = LIST("/etc/odbc.ini", "/etc/odbcinst.ini",
	  "/etc/ODBCDataSources/**", "$LIB/odbc/**") },
	{ "freetds", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libtdsodbc.so*", "libsybdb.so*", "libct.so*"),
	  .places = LIST("/etc/freetds/**", "/etc/freetds.conf") },
	{ "mysql-client", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libmysqlclient.so*", "libmariadb.so*"),
	  .places = LIST("/etc/mysql/**", "/etc/my.cnf", "/etc/my.cnf.d/**", "$LIB/libmariadb*/plugin/**",
			 "/usr/share/mysql/charsets/**") },
	{ "nss3", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libnss3.so*"), .places = LIST("$LIB/nss/**", "$LIB/libsoftokn3.*",
	  "$LIB/libfreebl*", "$LIB/libnssckbi.so", "$LIB/libnssdbm3.*", "/etc/pki/nssdb/**", "/etc/pki/nss-legacy/**") },
	{ "snmp", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libnetsnmp.so*"), .places = LIST("/etc/snmp/**",
	  "/usr/share/snmp/**") },
	{ "alsa", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libasound.so*"), .places = LIST("/usr/share/alsa/**", "/etc/alsa/**",
	  "/etc/asound.conf", "$LIB/alsa-lib/**") },
	{ "pulse", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libpulse.so*"), .places = LIST("/etc/pulse/client.conf*") },
	{ "pipewire", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libpipewire-*.so*"), .places = LIST("/usr/share/pipewire/**",
	  "/etc/pipewire/**", "$LIB/pipewire-*/**", "$LIB/spa-*/**") },
	{ "gstreamer", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libgstreamer-1.0.so*"),
	  .places = LIST("$LIB/gstreamer-1.0/**", "$LIB/gstreamer1.0/**", "/usr/libexec/gstreamer-1.0/**") },
	{ "geoip", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libGeoIP.so*", "libmaxminddb.so*"), .places = LIST("/usr/share/GeoIP/**",
	  "/var/lib/GeoIP/**") },
	{ "poppler", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libpoppler.so*"), .places = LIST("/usr/share/poppler/**") },
	{ "opencl", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libOpenCL.so*"), .places = LIST("/etc/OpenCL/**") },
	{ "opengl", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libGL.so*", "libGLX.so*", "libEGL.so*", "libgbm.so*", "libva.so*"),
	  .places = LIST("$LIB/dri/**", "$LIB/libGLX_*.so*", "$LIB/libEGL_*.so*", "/usr/share/glvnd/**", "/usr/share/drirc.d/**",
			 "/etc/glvnd/**", "$LIB/gbm/**") },
	{ "vulkan", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libvulkan.so*"), .places = LIST("/usr/share/vulkan/**",
	  "/etc/vulkan/**") },
	{ "vdpau", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libvdpau.so*"), .places = LIST("$LIB/vdpau/**",
	  "/etc/vdpau_wrapper.cfg") },
	{ "pci", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libpci.so*", "libusb-*.so*"), .places = LIST("/usr/share/misc/pci.ids*",
	  "/usr/share/misc/usb.ids*", "/usr/share/hwdata/**") },
	{ "xtables", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libxtables.so*"), .places = LIST("$LIB/xtables/**",
	  "/etc/ethertypes", "/etc/xtables.conf") },
	{ "netlink", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libnl-3.so*"), .places = LIST("/etc/libnl-3/**", "/etc/libnl/**",
	  "$LIB/libnl/cli/**") },
	{ "tirpc", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libtirpc.so*"), .places = LIST("/etc/netconfig") },
	{ "tcp-wrappers", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libwrap.so*"), .places = LIST("/etc/hosts.allow",
	  "/etc/hosts.deny") },
	{ "gphoto", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libgphoto2*.so*"), .places = LIST("$LIB/libgphoto2*/**") },
	{ "cups", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libcups.so*"), .places = LIST("/etc/cups/client.conf") },
	{ "augeas", SLIM_RULE_LIBRARY_DATA, .sonames = LIST("libaugeas.so*"), .places = LIST("/usr/share/augeas/**") },
	{ "curl", SLIM_RULE_LIBRARY_DATA, .programs = LIST("curl"), .places = LIST("/etc/curlrc", "/root/.curlrc") },
	{ "wget", SLIM_RULE_LIBRARY_DATA, .programs = LIST("wget"), .places = LIST("/etc/wgetrc", "/etc/wget2rc") },
	{ "bash", SLIM_RULE_LIBRARY_DATA, .programs = LIST("bash"), .places = LIST("/etc/bash.bashrc", "/etc/bashrc",
	  "/etc/profile.d/*") },
	{ "iproute2", SLIM_RULE_LIBRARY_DATA, .programs = LIST("ip", "tc", "ss", "bridge"), .places = LIST("/etc/iproute2/**",
	  "/usr/share/iproute2/**", "$LIB/tc/**", "/usr/lib/tc/**") },
	{ "git", SLIM_RULE_LIBRARY_DATA, .programs = LIST("git"), .places = LIST("/etc/gitconfig", "/usr/share/git-core/templates/**",
	  "/usr/lib/git-core/**", "/usr/libexec/git-core/**") },
	{ "ssh", SLIM_RULE_LIBRARY_DATA, .programs = LIST("ssh", "scp", "sftp", "ssh-keygen"), .places = LIST("/etc/ssh/ssh_config",
	  "/etc/ssh/ssh_config.d/**", "/etc/ssh/ssh_known_hosts", "/usr/lib/openssh/ssh-*helper") },
	{ "gnupg", SLIM_RULE_LIBRARY_DATA, .programs = LIST("gpg", "gpgsm", "gpg-agent"), .places = LIST("/usr/share/gnupg/**",
	  "/etc/gnupg/**", "/usr/bin/gpg-agent", "/usr/lib/gnupg/**", "/usr/libexec/keyboxd", "/usr/libexec/scdaemon",
	  "/usr/bin/dirmngr", "/usr/bin/pinentry*") },
};

size_t slim_feature_count(void)
{
	return SLIM_COUNT(slim_features);
}

_Static_assert(SLIM_COUNT(slim_features) <= SLIM_FEATURE_MAX, "room for every feature");
