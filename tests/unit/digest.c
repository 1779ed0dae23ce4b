#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "slim/digest.h"

/* FIPS 180-4's examples. */
#define EMPTY_256 "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define ABC_256 "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ABC_512 "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" \
	"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"

static void test_known_digests(void **state)
{
	assert_string_equal(slim_digest_of(SLIM_BLOB("")).text, EMPTY_256);
	assert_string_equal(slim_digest_of(slim_blob(NULL, 0)).text, EMPTY_256);
	assert_string_equal(slim_digest_of(SLIM_BLOB("abc")).text, ABC_256);
	slim_cleanup(slim_hasher_free_p) struct slim_hasher *h = slim_hasher_new(SLIM_SHA512);
	slim_hasher_add(h, "a", 1);
	slim_hasher_add(h, NULL, 0);
	slim_hasher_add(h, "bc", 2);
	struct slim_digest d = slim_hasher_end(h);
	assert_int_equal(d.kind, SLIM_SHA512);
	assert_string_equal(d.text, ABC_512);
	assert_string_equal(slim_digest_hex(&d), &ABC_512[7]);
}

static void test_parse(void **state)
{
	static const char *const good[] = { EMPTY_256, ABC_256, ABC_512 };
	for (size_t i = 0; i < SLIM_COUNT(good); i++) {
		struct slim_digest d;
		struct slim_error *err = NULL;
		assert_int_equal(slim_digest_parse(good[i], &d, &err), 0);
		assert_string_equal(d.text, good[i]);
		assert_int_equal(d.kind, i == 2 ? SLIM_SHA512 : SLIM_SHA256);
	}
}

static void test_what_is_no_digest(void **state)
{
	static const char *const bad[] = {
		"", "sha256", "sha256:", "sha512:", ":", "md5:d41d8cd98f00b204e9800998ecf8427e",
		"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85",	/* one short */
		(EMPTY_256 "0"), (EMPTY_256 "\n"), (" " EMPTY_256),
		"SHA256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
		"sha256:../c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"sha512:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85g",
	};
	for (size_t i = 0; i < SLIM_COUNT(bad); i++) {
		struct slim_digest d;
		slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
		assert_int_equal(slim_digest_parse(bad[i], &d, &err), -1);
		assert_non_null(strstr(slim_error_text(err), "not a sha256 or sha512 digest"));
	}
}

static void test_the_message_has_no_control_bytes(void **state)
{
	struct slim_digest d;
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	assert_int_equal(slim_digest_parse("\x1b[2J\n", &d, &err), -1);
	assert_string_equal(slim_error_text(err), "'\\x1b[2J\\x0a': not a sha256 or sha512 digest");
}

static void test_equal(void **state)
{
	struct slim_digest a = slim_digest_of(SLIM_BLOB("abc")), b = slim_digest_of(SLIM_BLOB("abd")), c;
	struct slim_error *err = NULL;
	assert_int_equal(slim_digest_parse(ABC_256, &c, &err), 0);
	assert_true(slim_digest_equal(&a, &c));
	assert_false(slim_digest_equal(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_digests),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_what_is_no_digest),
		cmocka_unit_test(test_the_message_has_no_control_bytes),
		cmocka_unit_test(test_equal),
	};
	return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
