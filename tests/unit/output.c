#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "../../src/write/output.h"
#include "slim/signals.h"

static int enter_folder(void **state)
{
	char name[] = "/tmp/slim-output-XXXXXX";
	*state = slim_strdup(mkdtemp(name) ? name : "");
	return chdir(*state);
}

static int leave_folder(void **state)
{
	slim_autofree char *command = slim_format("rm -rf '%s'", (char *)*state);
	free(*state);
	return chdir("/") || system(command);
}

static void write_file(const char *name, const char *text)
{
	FILE *out = fopen(name, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static void assert_content(const char *name, const char *text)
{
	char have[64] = { 0 };
	FILE *in = fopen(name, "r");
	assert_non_null(in);
	assert_int_equal(fread(have, 1, sizeof(have) - 1, in), strlen(text));
	fclose(in);
	assert_string_equal(have, text);
}

static size_t names_here(void)
{
	size_t count = 0;
	DIR *dir = opendir(".");
	for (struct dirent *entry; (entry = readdir(dir));)
		count += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	closedir(dir);
	return count;
}

static struct slim_output *new_output(const char *path)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	struct slim_output *output = NULL;
	if (slim_output_new(path, "in", &output, &err))
		fail_msg("%s", slim_error_text(err));
	return output;
}

static void put(struct slim_output *output, const char *text)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	assert_int_equal(slim_output_append(output, slim_blob_of(text), &err), 0);
}

static void publish(struct slim_output *output)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	if (slim_output_publish(output, &err))
		fail_msg("%s", slim_error_text(err));
	slim_output_free(output);
}

static void refused(const char *path, const char *input, enum slim_status status, const char *message)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	struct slim_output *output = NULL;
	assert_int_equal(slim_output_new(path, input, &output, &err), -1);
	assert_null(output);
	assert_string_equal(slim_error_text(err), message);
	assert_int_equal(slim_error_status(err), status);
}

static void test_out_is_untouched_until_the_end(void **state)
{
	write_file("out", "old");
	struct slim_output *output = new_output("out");
	put(output, "new and longer");
	assert_content("out", "old");
	assert_int_equal(names_here(), 1);
	publish(output);
	assert_content("out", "new and longer");
	assert_int_equal(names_here(), 1);
}

static void test_nothing_is_left_without_a_commit(void **state)
{
	struct slim_output *output = new_output("out");
	put(output, "text");
	slim_output_free(output);
	assert_int_equal(names_here(), 0);
}

static void test_patch_and_truncate(void **state)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	struct slim_output *output = new_output("out");
	put(output, "0123456789");
	assert_int_equal(slim_output_patch(output, 2, SLIM_BLOB("ab"), &err), 0);
	assert_int_equal(slim_output_truncate(output, 5, &err), 0);
	put(output, "x");
	assert_int_equal(slim_output_size(output), 6);
	publish(output);
	assert_content("out", "01ab4x");
}

/* As on a file system without O_TMPFILE: the file loses its name at once, and is copied in the end. */
static void test_without_o_tmpfile(void **state)
{
	write_file("out", "old");
	struct slim_output *output = new_output("out");
	output->linkable = false;
	put(output, "copied");
	publish(output);
	assert_content("out", "copied");
	assert_int_equal(names_here(), 1);
}

static void test_a_signal_stops_the_copy(void **state)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	sigset_t set, old;
	int got;
	write_file("out", "old");
	struct slim_output *output = new_output("out");
	output->linkable = false;
	put(output, "text");
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &set, &old);
	raise(SIGTERM);
	assert_int_equal(slim_output_publish(output, &err), -1);
	assert_string_equal(slim_error_text(err), "out: interrupted");
	sigwait(&set, &got);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	slim_output_free(output);
	assert_content("out", "old");
	assert_int_equal(names_here(), 1);
}

static void test_ignored_signals_stop_nothing(void **state)
{
	sigset_t old;
	signal(SIGHUP, SIG_IGN);
	slim_signals_hold(&old);
	raise(SIGHUP);
	assert_false(slim_signals_waiting());
	slim_signals_release(&old);
	signal(SIGHUP, SIG_DFL);
}

static void test_a_link_stays_a_link(void **state)
{
	struct stat st;
	write_file("real", "old");
	assert_int_equal(symlink("real", "out"), 0);
	struct slim_output *output = new_output("out");
	put(output, "new");
	publish(output);
	assert_content("real", "new");
	assert_int_equal(lstat("out", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
}

static void test_input_is_refused_under_any_name(void **state)
{
	write_file("in", "text");
	assert_int_equal(link("in", "hard"), 0);
	assert_int_equal(symlink("hard", "soft"), 0);
	refused("in", "in", SLIM_BAD_USAGE, "in: is the input as well");
	refused("./in", "in", SLIM_BAD_USAGE, "./in: is the input as well");
	refused("hard", "in", SLIM_BAD_USAGE, "hard: is the input as well");
	refused("soft", "in", SLIM_BAD_USAGE, "soft: is the input as well");
}

static void test_places_that_cannot_be(void **state)
{
	assert_int_equal(mkdir("folder", 0755), 0);
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	refused("folder", "in", SLIM_BAD_USAGE, "folder: is a folder");
	refused("none/out", "in", SLIM_BAD_INPUT, "none/out: No such file or directory");
	refused("dangling", "in", SLIM_BAD_INPUT, "dangling: No such file or directory");
	refused("out/", "in", SLIM_BAD_INPUT, "out/: Is a directory");
	write_file("file", "");
	refused("file/out", "in", SLIM_BAD_INPUT, "file/out: Not a directory");
}

static void test_full_stream(void **state)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	if (access("/dev/full", W_OK))
		return;
	struct slim_output *output = new_output("/dev/full");
	put(output, "text");
	assert_int_equal(slim_output_publish(output, &err), -1);
	assert_string_equal(slim_error_text(err), "/dev/full: No space left on device");
	slim_output_free(output);
	publish(new_output("/dev/null"));
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(test_out_is_untouched_until_the_end),
		IN_FOLDER(test_nothing_is_left_without_a_commit),
		IN_FOLDER(test_patch_and_truncate),
		IN_FOLDER(test_without_o_tmpfile),
		IN_FOLDER(test_a_signal_stops_the_copy),
		IN_FOLDER(test_ignored_signals_stop_nothing),
		IN_FOLDER(test_a_link_stays_a_link),
		IN_FOLDER(test_input_is_refused_under_any_name),
		IN_FOLDER(test_places_that_cannot_be),
		IN_FOLDER(test_full_stream),
	};
	return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
