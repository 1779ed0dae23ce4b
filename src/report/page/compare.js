/* Several images side by side: what `slim compare --report FILE.html` holds. */

const findings = {
	shells: "Shells", interpreters: "Interpreters", package_managers: "Package managers", setuid: "Setuid and setgid programs",
	capabilities: "Files with capabilities",
};

function imageTitle(image) {
	return [el("b", {}, image.label), " ", path(image.name || image.input)];
}

/* A row for each number: a bar shows it against the largest of the row. */
function sideTable(set) {
	const rows = [["Archive", "size", size], ["Layers in the archive", "stored", size], ["Unpacked layers", "unpacked", size],
		["Contents of files", "bytes", size], ["Layers", "layers", count], ["Files", "files", count], ["Packages", "packages", count]];
	const findingRows = Object.entries(findings).filter(([key]) => set.images[0][key]).map(([key, label]) => [label, image => image[key].length, count]);
	const cells = ([label, value, unit]) => {
		const numbers = set.images.map(image => typeof value === "string" ? image[value] : value(image)), most = Math.max(...numbers);
		return el("tr", {}, el("th", {scope: "row"}, label), ...numbers.map((number, i) => el("td", {class: "number"}, unit(number),
			i > 0 && numbers[0] > 0 && number !== numbers[0] ? el("span", {class: "dim"}, " (" + (number > numbers[0] ? "+" : "\u2212") +
				share(Math.abs(number - numbers[0]), numbers[0]) + ")") : "", unit === size && bar(number, most))));
	};
	return el("div", {class: "scroll", tabindex: "0", role: "group", "aria-label": "Numbers side by side"}, el("table", {},
		el("thead", {}, el("tr", {}, el("td"), ...set.images.map(image => el("th", {scope: "col", class: "number"}, imageTitle(image))))),
		el("tbody", {}, ...[...rows, ...findingRows].map(cells))));
}

const origins = {
	same: "It is the same image", slimmed: "Slimmed by slim from the other one", "built-on": "Built on the layers of the other one",
};

function pairText(pair) {
	const made = pair.made ? [origins[pair.origin] + (pair.origin === "same" ? ". " : ": " + pair.made + " was made from " + (pair.made === pair.a ? pair.b : pair.a) + ". ")] : [];
	return el("li", {}, el("b", {}, pair.a + " and " + pair.b + ": "), ...made,
		counted(pair.common, "path") + " in both, " + count(pair.equal) + " alike; " + count(pair.only_a) + " only in " + pair.a + ", " +
			count(pair.only_b) + " only in " + pair.b + (pair.subset ? ": every path of " + pair.b + " is in " + pair.a + " too" : "") + ". " +
			counted(pair.shared_layers, "shared layer") + ".");
}

function changedTable(pair) {
	if (!pair.changed.length)
		return null;
	return el("details", {}, el("summary", {}, counted(pair.changed.length, "path") + " in both " + pair.a + " and " + pair.b + ", and not alike"),
		makeTable("Not alike", [
			{label: "Path", wide: true, value: c => c.path, cell: c => path(c.path)},
			{label: "What differs", value: c => c.what, cell: c => c.what},
			{label: "In " + pair.a, number: true, value: c => c.before, cell: c => size(c.before)},
			{label: "In " + pair.b, number: true, value: c => c.after, cell: c => size(c.after)},
		], pair.changed, 2, true).element);
}

function onlyGroups(title, groups) {
	return groups.length ? [el("h3", {}, title), makeTable(title, [
		{label: "Name", wide: true, value: g => g.name || "", cell: g => [g.name === null ? el("i", {}, "of no package") : path(g.name),
			g.elsewhere && el("span", {class: "dim"}, " (elsewhere too, with other paths)")]},
		{label: "Files", number: true, value: g => g.files, cell: g => count(g.files)},
		{label: "Bytes", number: true, value: g => g.bytes, cell: g => size(g.bytes)},
	], groups, 2, true).element] : null;
}

function onlyIn(image) {
	const only = image.only;
	return el("details", {open: only.files > 0}, el("summary", {}, el("b", {}, "Only in " + image.label + ": "), counted(only.files, "path") + ", " + size(only.bytes)),
		onlyGroups("By package", only.packages), onlyGroups("By folder", only.folders),
		only.largest.length > 0 && [el("h3", {}, "The largest files"), makeTable("The largest files", [
			{label: "Path", wide: true, value: f => f.path, cell: f => path(f.path)},
			{label: "Package", value: f => f.package || "", cell: f => shown(f.package || "")},
			{label: "Size", number: true, value: f => f.size, cell: f => size(f.size)},
		], only.largest, 2, true).element]);
}

function findingLists(set) {
	return Object.entries(findings).map(([key, label]) => {
		const lists = set.images.filter(image => image[key] && image[key].length);
		return lists.length > 0 && el("details", {}, el("summary", {}, label), ...lists.map(image => [
			el("h3", {}, image.label + ": " + count(image[key].length)), el("ul", {class: "columns"}, ...image[key].map(text => el("li", {}, path(text))))]));
	}).filter(Boolean);
}

function duration(seconds) {
	return seconds < 120 ? seconds.toFixed(1) + " s" : seconds < 7200 ? (seconds / 60).toFixed(1) + " min" : (seconds / 3600).toFixed(1) + " h";
}

function atScale(set) {
	const {deployments, link} = report.fleet;
	return section("scale", "What it means for " + counted(deployments, "deployment"),
		el("p", {class: "note"}, "Pulled: the layers as they lie in the archive, once a deployment. On disk: the unpacked layers, once a deployment." +
			(link ? " Time: bytes pulled \u00d7 8 / " + count(link) + " Mbit/s." : "")),
		el("table", {}, el("thead", {}, el("tr", {}, ...["Image", "Pulled", "On disk", link ? "Time to pull" : ""].filter(Boolean).map((label, i) => el("th", {scope: "col", class: i ? "number" : ""}, label)))),
			el("tbody", {}, ...set.images.map(image => el("tr", {}, el("th", {scope: "row"}, imageTitle(image)), el("td", {class: "number"}, size(image.fleet.pulled)),
				el("td", {class: "number"}, size(image.fleet.on_disk)), link && el("td", {class: "number"}, duration(image.fleet.seconds)))))));
}

function showSet(set) {
	const first = set.images[0], last = set.images[set.images.length - 1];
	document.title = "slim compare: " + set.images.map(image => shown(image.name || image.input)).join(", ");
	document.getElementById("top").replaceChildren(el("p", {class: "kicker"}, "slim compare"), el("h1", {}, counted(set.images.length, "image") + " side by side"),
		el("ul", {class: "inputs"}, ...set.images.map(image => el("li", {}, imageTitle(image), " ", el("span", {class: "dim"}, image.platform, " \u00b7 ", path(image.input), " (" + image.form + ")")))),
		report.sets.length > 1 ? choice("Set", report.sets.map((other, i) => [i, other.images[0].platform || String(i + 1)]), report.sets.indexOf(set), i => showSet(report.sets[i])) : "");
	const sections = [
		section("numbers", "Side by side", el("p", {class: "big small"}, last.bytes < first.bytes ? last.label + " is " + share(first.bytes - last.bytes, first.bytes) + " smaller than " + first.label :
			last.label + " is not smaller than " + first.label), sideTable(set),
			report.gates.length > 0 && [el("h3", {}, "Gates"), el("ul", {}, ...report.gates.map(gate => el("li", {}, el("b", {}, gate.held ? "held: " : "not held: "),
				gate.option + ", " + gate.image + "'s " + gate.what + " have " + size(gate.value) + ", at most " + size(gate.limit))))]),
		report.fleet && atScale(set),
		section("differences", "What is different", el("ul", {}, ...set.pairs.map(pairText)), ...set.images.map(onlyIn), ...set.pairs.map(changedTable).filter(Boolean)),
		section("risks", "What an attacker would like to find", ...findingLists(set)),
	].filter(Boolean);
	document.getElementById("main").replaceChildren(...sections);
	navigation(sections);
}
