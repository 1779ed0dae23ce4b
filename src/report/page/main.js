/* The page, put together from the report that it holds. */

const report = JSON.parse(document.getElementById("report").textContent);

/* --- the saving at a glance --- */

function totalsTable(image) {
	const b = image.before, a = image.after;
	const rows = [["Contents of files", b.bytes, a.bytes, size], ["Hidden by later layers", b.hidden, a.hidden, size], ["Files", b.files, a.files, count], ["Folders", b.folders, a.folders, count],
		["Symbolic links", b.links, a.links, count], ["Packages", b.packages, a.packages, count], ["Layers", b.layers, a.layers, count],
		["Unpacked layers", b.unpacked, a.unpacked, size], ["Layers in the archive", b.stored, a.stored, size]];
	return el("table", {class: "totals", "aria-label": "Before and after"},
		el("thead", {}, el("tr", {}, ...["", "Before", "After", "Saved"].map((label, i) => el("th", {scope: "col", class: i ? "number" : ""}, label)))),
		el("tbody", {}, ...rows.filter(([, before, after]) => before && after !== null).map(([label, before, after, unit]) => el("tr", {},
			el("th", {scope: "row"}, label), el("td", {class: "number"}, unit(before)), el("td", {class: "number"}, unit(after)),
			el("td", {class: "number"}, share(before - after, before))))));
}

function largest(image) {
	const tree = image.tree, list = [];
	for (let i = 1; i < tree.count; i++)
		if (tree.kept[i] && tree.types[i] === "f" && tree.same[i] < 0)
			list.push(i);
	list.sort((a, b) => tree.size[b] - tree.size[a]);
	return [el("h3", {}, "The largest files that stay, and why"), makeTable("The largest files that stay", [
		{label: "Path", wide: true, value: node => pathOf(tree, node), cell: node => fileButton(image, node)},
		{label: "Size", number: true, value: node => tree.size[node], cell: node => size(tree.size[node])},
		{label: "Why", wide: true, value: node => stepOf(image, node)?.rule[0] || "", cell: node => whyText(image, node)},
	], list.slice(0, 8), 1, true).element];
}

/* Bytes and files by the rule that ends their shortest chain. */
function rulesTable(image) {
	const tree = image.tree, sums = new Map();
	for (let i = 1; i < tree.count; i++) {
		const step = tree.kept[i] && tree.types[i] === "f" ? stepOf(image, i) : null;
		if (!step)
			continue;
		const sum = sums.get(step.rule) || {rule: step.rule, files: 0, bytes: 0};
		sum.files++;
		sum.bytes += tree.same[i] < 0 ? tree.size[i] : 0;
		sums.set(step.rule, sum);
	}
	return makeTable("Why files stay", [
		{label: "Rule", value: s => s.rule[0], cell: s => button(el("code", {}, s.rule[0]), () => image.showOnly({rule: s.rule[0]}), {class: "file", title: "these files"})},
		{label: "What it means", wide: true, value: s => s.rule[2], cell: s => s.rule[2]},
		{label: "How sure", value: s => Object.keys(confidences).indexOf(s.rule[1]), cell: s => badge(s.rule[1])},
		{label: "Files", number: true, value: s => s.files, cell: s => count(s.files)},
		{label: "Bytes", number: true, value: s => s.bytes, cell: s => size(s.bytes)},
	], [...sums.values()], 4, true).element;
}

/* Where chains start: the words of the config and of the user. */
function startsTable(image) {
	const tree = image.tree, rows = [];
	for (let i = 1; i < tree.count; i++)
		if (tree.chained[i] && tree.asker[i] < 0 && tree.broughtFiles[i] > 0)
			rows.push(i);
	return makeTable("Where it starts", [
		{label: "Path", wide: true, value: node => node, cell: node => fileButton(image, node)},
		{label: "Why", wide: true, value: node => stepOf(image, node).rule[0], cell: node => [badge(stepOf(image, node).rule[1]), " ", stepOf(image, node).rule[2]]},
		{label: "Files with what it brings", number: true, value: node => tree.broughtFiles[node], cell: node => count(tree.broughtFiles[node])},
		{label: "Bytes with what it brings", number: true, value: node => tree.broughtBytes[node], cell: node => size(tree.broughtBytes[node])},
	], rows, 3, true).element;
}

function overview(image) {
	const b = image.before, a = image.after;
	return section("overview", "The saving",
		el("div", {class: "hero"},
			el("div", {class: "headline"},
				el("p", {class: "big"}, b.bytes >= a.bytes ? share(b.bytes - a.bytes, b.bytes) + " smaller" : "not smaller"),
				el("p", {}, el("b", {}, size(b.bytes)), " of files before, ", el("b", {class: "stays"}, size(a.bytes)), " after."),
				el("div", {class: "bar wide", role: "img", "aria-label": share(a.bytes, b.bytes) + " of the bytes stay"}, bar(a.bytes, b.bytes).firstChild),
				el("p", {class: "dim"}, report.output ? "The archive: " + size(report.input.size) + " before, " + size(report.output.size) + " after." :
					"A dry run: nothing was written.")),
			totalsTable(image)));
}

function whySection(image) {
	return section("why", "Why the rest stays", largest(image),
		el("h3", {}, "What asks for the bytes"),
		el("p", {class: "note"}, "slim starts from what the image's config (and you) name, and keeps what that needs, step by step. " +
			"Each file is counted once, under the last step of its shortest chain."),
		rulesTable(image),
		el("details", {}, el("summary", {}, "Where the chains start"),
			el("p", {class: "note"}, "Each file is counted once, at the start of its shortest chain."), startsTable(image)));
}

/* --- what slim could not tell --- */

function doubtsSection(image) {
	if (!image.doubts.length)
		return section("doubts", "Doubts", el("p", {}, "None: there was nothing that slim could not decide."));
	const nodes = new Map();
	for (let i = 0; i < image.tree.count; i++)
		nodes.set(pathOf(image.tree, i), i);
	return section("doubts", "Doubts",
		el("p", {class: "note"}, "What slim could not tell for sure. When something is missing in the new image, look here first."),
		makeTable("Doubts", [
			{label: "File", wide: true, value: d => d.path || "", cell: d => d.path === null ? "" : nodes.has(d.path) ? fileButton(image, nodes.get(d.path)) : path(d.path)},
			{label: "Doubt", wide: true, value: d => d.text, cell: d => shown(d.text)},
		], image.doubts, 0, false).element);
}

/* --- the run --- */

function facts2(rows) {
	return el("dl", {}, ...rows.filter(([, value]) => value !== null && value !== "").map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function wishesList() {
	const wishes = report.options.wishes;
	return wishes.length ? el("ul", {}, ...wishes.map(w => el("li", {}, w.kind + " ", path(w.text), " ", el("span", {class: "dim"}, shown(w.origin))))) : null;
}

function runSection(image) {
	const o = report.options, t = report.timings;
	return section("run", "The run", facts2([
		["Input", [path(report.input.name), " (" + report.input.form + ", " + size(report.input.size) + ")"]],
		["Output", report.output ? [path(report.output.name), " (" + size(report.output.size) + ")"] : "none: a dry run"],
		["Compression", o.compression + (o.level === null ? "" : ", level " + o.level)],
		["Keeps reasons that are at least", badge(o.confidence)],
		["Options", [o.keep_all && "--keep-all", o.strip && "--strip", o.image && "--image " + shown(o.image), o.platform && "--platform " + o.platform, o.tag && "--tag " + shown(o.tag)].filter(Boolean).join(", ")],
		["Wishes", wishesList()],
		["Warnings", report.warnings.length ? el("ul", {}, ...report.warnings.map(text => el("li", {}, shown(text)))) : "none"],
		["Took", t ? t.total.toFixed(1) + " s: reading " + t.read.toFixed(1) + ", tracing " + t.trace.toFixed(1) + ", writing " + t.write.toFixed(1) + ", verifying " + t.verify.toFixed(1) : null],
		["Layer", image.output && el("code", {}, image.output.layer)],
		["Manifest", image.output && el("code", {}, image.output.manifest)],
		["Config", image.output && el("code", {}, image.output.config)],
		["slim", report.slim],
	]), image.dropped_programs.length > 0 && el("details", {},
		el("summary", {}, counted(image.dropped_programs.length, "program") + " of PATH that a shell in the image no longer finds"),
		el("ul", {class: "columns"}, ...image.dropped_programs.map(program => el("li", {}, path(program))))));
}

/* --- all of it --- */

function header(image) {
	const words = [...image.entrypoint, ...image.cmd].map(word => /^[\w@%+=:,.\/-]+$/.test(word) ? word : "'" + word.replace(/'/g, "'\\''") + "'");
	const name = image.name || report.input.name;
	document.title = "slim report: " + shown(name);
	document.getElementById("top").replaceChildren(el("p", {class: "kicker"}, "slim report"), el("h1", {}, shown(name)),
		el("p", {class: "sub"}, image.platform || "platform not said", words.length > 0 && [" \u00b7 starts ", el("code", {}, shown(words.join(" ")))]),
		report.images.length > 1 ? choice("Image", report.images.map((other, i) => [i, other.platform || other.name || String(i + 1)]), report.images.indexOf(image),
			i => show(report.images[i])) : "");
}

function navigation(sections) {
	document.getElementById("sections").replaceChildren(...sections.map(node => el("a", {href: "#" + node.id}, node.querySelector("h2").textContent)));
}

function show(image) {
	image.tree = image.tree.names === undefined || Array.isArray(image.tree.names) ? image.tree : unpackTree(image.tree);
	header(image);
	const sections = [overview(image), whySection(image), mapSection(image), filesSection(image), packagesSection(image), doubtsSection(image), runSection(image)].filter(Boolean);
	document.getElementById("main").replaceChildren(...sections);
	navigation(sections);
}

if (report.sets)
	showSet(report.sets[0]);
else
	show(report.images[0]);
document.documentElement.dataset.ready = "yes";
