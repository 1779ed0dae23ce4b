#include "slim/trace.h"

static const struct slim_rule rules[] = {
#define X(id, name, source, confidence, text) [SLIM_RULE_##id] = { name, source, text, SLIM_##confidence },
#include "slim/rules.def"
#undef X
};

const struct slim_rule *slim_rule(enum slim_rule_id id)
{
	return &rules[id];
}

const char *slim_confidence_name(enum slim_confidence confidence)
{
	static const char *const names[] = { "certain", "feature", "heuristic", "fallback" };
	return names[confidence];
}
