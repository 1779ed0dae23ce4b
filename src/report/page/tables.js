/*
 * Tables with a search field, sorting and a bounded number of rows: a column is {label, number, value, cell, wide}; value
 * gives what rows are sorted by, cell what is shown.
 */

const ROWS = 25; /* at first; each "more" shows eight times as many */

function sortRows(table) {
	const {value, number} = table.columns[table.sortedBy], sign = table.descending ? -1 : 1;
	const keys = new Map(table.rows.map(row => [row, value(row)]));
	table.rows.sort((a, b) => {
		const x = keys.get(a), y = keys.get(b);
		return sign * (number ? x - y : x < y ? -1 : x > y ? 1 : 0);
	});
}

function headCell(table, column, i) {
	const sorted = i === table.sortedBy;
	const click = () => {
		table.descending = sorted ? !table.descending : Boolean(column.number);
		table.sortedBy = i;
		sortRows(table);
		drawTable(table);
		table.head.rows[0].cells[i].firstElementChild.focus();
	};
	return el("th", {scope: "col", class: column.number ? "number" : "", "aria-sort": sorted ? table.descending ? "descending" : "ascending" : false},
		button([column.label, el("span", {"aria-hidden": "true"}, sorted ? table.descending ? " \u2193" : " \u2191" : "")], click));
}

function rowOf(table, row) {
	return el("tr", {}, ...table.columns.map(column => el("td", {class: (column.number ? "number " : "") + (column.wide ? "wide" : ""), "data-label": column.label},
		column.cell(row))));
}

function drawTable(table) {
	table.head.replaceChildren(el("tr", {}, ...table.columns.map((column, i) => headCell(table, column, i))));
	table.body.replaceChildren(...table.rows.slice(0, table.limit).map(row => rowOf(table, row)));
	const hidden = table.rows.length - table.limit;
	table.more.replaceChildren(hidden > 0 ? button("Show " + count(Math.min(hidden, 8 * ROWS)) + " more", () => {
		const first = table.limit;
		table.limit += 8 * ROWS;
		drawTable(table);
		const next = table.body.rows[first].querySelector("button");
		if (next)
			next.focus();
	}) : "", hidden > 0 ? " " + count(table.limit) + " of " + count(table.rows.length) + " are shown." : "");
}

/* A table of ROWS; its `element` goes into the page, setRows() gives it others. */
function makeTable(label, columns, rows, sortedBy, descending) {
	const table = {
		columns, sortedBy, descending, limit: ROWS, rows: rows.slice(),
		head: el("thead"), body: el("tbody"), more: el("p", {class: "more"}),
	};
	table.element = el("div", {class: "table"}, el("table", {"aria-label": label}, table.head, table.body), table.more);
	table.setRows = list => {
		table.rows = list.slice();
		table.limit = ROWS;
		sortRows(table);
		drawTable(table);
	};
	table.setRows(rows);
	return table;
}

/* A field that calls SEARCH(text) once typing rests. */
function searchField(label, placeholder, search) {
	let timer = 0;
	return el("input", {type: "search", "aria-label": label, placeholder, autocomplete: "off", spellcheck: "false", on: {input: event => {
		clearTimeout(timer);
		timer = setTimeout(() => search(event.target.value.trim().toLowerCase()), 120);
	}}});
}

function whyText(image, node) {
	const reason = stepOf(image, node);
	if (!reason)
		return el("span", {class: "dim"}, "holds what stays");
	return [badge(reason.rule[1]), " ", reason.rule[2], reason.from >= 0 ? [": ", fileButton(image, reason.from)] : ""];
}

function fileColumns(image) {
	const tree = image.tree;
	return [
		{label: "Path", wide: true, value: node => node, cell: node => fileButton(image, node)},
		{label: "Size", number: true, value: node => tree.size[node], cell: node => tree.types[node] === "f" ? size(tree.size[node]) : typeNames[tree.types[node]]},
		{label: "Package", value: node => tree.owner[node] < 0 ? "\uffff" : image.packages[tree.owner[node]].name,
			cell: node => tree.owner[node] < 0 ? "" : shown(image.packages[tree.owner[node]].name)},
		{label: "Stays?", value: node => 1 - tree.kept[node], cell: node => tree.kept[node] ? el("b", {class: "stays"}, "stays") : el("span", {class: "leaves"}, "leaves")},
		{label: "Why", wide: true, value: node => tree.kept[node] ? stepOf(image, node)?.rule[0] || "" : "\uffff",
			cell: node => tree.kept[node] ? whyText(image, node) : el("span", {class: "dim"}, "nothing asked for it")},
	];
}

function filesSection(image) {
	const tree = image.tree, filter = {text: "", which: "all", owner: null, rule: null};
	let paths = null;
	const all = Array.from({length: tree.count - 1}, (_, i) => i + 1).filter(node => tree.types[node] !== "d");
	const table = makeTable("Files", fileColumns(image), [], 1, true), status = el("p", {class: "note", role: "status"});
	const field = searchField("Search files", "Part of a path, a package, a rule \u2026", text => { filter.text = text; apply(); });
	const active = el("span");
	const matches = node => {
		if (filter.which !== "all" && tree.kept[node] !== (filter.which === "kept" ? 1 : 0))
			return false;
		if (filter.owner !== null && tree.owner[node] !== filter.owner)
			return false;
		if (filter.rule !== null && (!tree.kept[node] || stepOf(image, node)?.rule[0] !== filter.rule))
			return false;
		return !filter.text || paths[node].includes(filter.text);
	};
	function apply() {
		if (filter.text && !paths)
			paths = all.reduce((list, node) => {
				const owner = image.packages[tree.owner[node]], step = stepOf(image, node);
				list[node] = (pathOf(tree, node) + "\n" + (owner ? owner.name : "") + "\n" + (step ? step.rule[0] : "")).toLowerCase();
				return list;
			}, []);
		const found = all.filter(matches), files = found.filter(node => tree.types[node] === "f");
		const bytes = files.reduce((sum, node) => sum + (tree.same[node] < 0 ? tree.size[node] : 0), 0);
		status.textContent = found.length ? counted(files.length, "file") + ", " + size(bytes) +
			(found.length > files.length ? "; " + counted(found.length - files.length, "other path") : "") : "Nothing is found.";
		table.setRows(found);
		const only = filter.owner !== null ? "package " + (filter.owner < 0 ? "none" : shown(image.packages[filter.owner].name)) : filter.rule !== null ? "rule " + filter.rule : "";
		active.replaceChildren(only ? button("Only " + only + " \u2715", () => { filter.owner = filter.rule = null; apply(); }, {class: "chip", title: "Show all again"}) : "");
	}
	apply();
	image.showOnly = wanted => {
		Object.assign(filter, {owner: null, rule: null, text: "", which: "all"}, wanted);
		field.value = filter.text;
		for (const b of which.children)
			b.setAttribute("aria-pressed", String(b.dataset.value === filter.which));
		apply();
		document.getElementById("files").scrollIntoView();
		field.focus({preventScroll: true});
	};
	const which = choice("Which", [["all", "All"], ["kept", "Stay"], ["left", "Leave"]], "all", value => { filter.which = value; apply(); });
	return section("files", "Files", el("div", {class: "tools"}, field, which, active), status, table.element);
}

function packagesSection(image) {
	if (!image.packages.length)
		return null;
	const rows = image.packages.map((p, i) => ({...p, i}));
	const table = makeTable("Packages", [
		{label: "Package", wide: true, value: p => p.name, cell: p => button(shown(p.name), () => image.showOnly({owner: p.i}), {class: "file", title: "its files"})},
		{label: "Version", value: p => p.version, cell: p => shown(p.version)},
		{label: "Files that stay", number: true, value: p => p.kept_files, cell: p => count(p.kept_files) + " of " + count(p.files)},
		{label: "Bytes that stay", number: true, value: p => p.kept_bytes, cell: p => [size(p.kept_bytes), bar(p.kept_bytes, p.bytes)]},
		{label: "Bytes before", number: true, value: p => p.bytes, cell: p => size(p.bytes)},
	], rows, 3, true);
	const filter = {text: "", which: "all"};
	const apply = () => table.setRows(rows.filter(p => p.name.toLowerCase().includes(filter.text) &&
		(filter.which === "all" || (p.kept_files > 0) === (filter.which === "kept"))));
	return section("packages", "Packages",
		el("p", {class: "note"}, counted(image.before.packages, "package") + " before; of " + count(image.after.packages) + " something stays."),
		el("div", {class: "tools"}, searchField("Search packages", "Part of a name", text => { filter.text = text; apply(); }),
			choice("Which", [["all", "All"], ["kept", "Stay"], ["left", "Leave"]], "all", value => { filter.which = value; apply(); })),
		table.element);
}
