/* What is known of one file: why it stays, step by step, or what can be said of one that leaves. */

function askerOf(image, reason) {
	if (reason.from >= 0)
		return fileButton(image, reason.from);
	const wish = ["keep", "keep-all", "entry", "package"].includes(reason.rule[0]);
	return el("b", {}, wish ? "You, by an option" : "The image's config");
}

function stepItem(image, step) {
	const [name, confidence, text] = step.reason.rule;
	return el("li", {},
		el("div", {class: "asks"}, askerOf(image, step.reason), " asks for it: ", el("em", {}, text)),
		el("div", {class: "evidence"}, badge(confidence), el("code", {}, name),
			step.reason.evidence && el("span", {}, shown(step.reason.evidence))),
		el("div", {class: "arrow"}, "\u2192 ", el("b", {}, path(pathOf(image.tree, step.node))), " ",
			image.tree.types[step.node] === "f" && el("span", {class: "dim"}, size(image.tree.size[step.node]))));
}

function chainList(image, node) {
	const chain = chainOf(image, node);
	if (!chain.length)
		return el("p", {}, node ? "Nothing asks for it by itself: it stays because something below it does." : "The root of the image.");
	return el("ol", {class: "chain"}, ...chain.map(step => stepItem(image, step)));
}

function otherReasons(image, node) {
	const list = reasonsOf(image, node);
	if (list.length < 2)
		return null;
	return el("details", {}, el("summary", {}, "All " + counted(list.length, "reason")),
		el("ul", {class: "reasons"}, ...list.map(reason => el("li", {}, badge(reason.rule[1]), el("code", {}, reason.rule[0]), " ",
			reason.from >= 0 ? fileButton(image, reason.from) : askerOf(image, reason), " ",
			el("span", {class: "dim"}, shown(reason.evidence))))));
}

const BROUGHT_MAX = 50;

function brought(image, node) {
	const tree = image.tree, list = broughtBy(tree, node);
	if (!list.length)
		return null;
	return el("details", {open: list.length <= 6},
		el("summary", {}, "What stays because of it: " + counted(tree.broughtFiles[node] - (tree.types[node] === "f" ? 1 : 0), "file") +
			", " + size(tree.broughtBytes[node] - (tree.same[node] < 0 ? tree.size[node] : 0))),
		el("p", {class: "dim"}, "Along the shortest chains; without it some of them may stay for other reasons."),
		el("ul", {class: "reasons"}, ...list.slice(0, BROUGHT_MAX).map(child => el("li", {}, fileButton(image, child), " ",
			el("span", {class: "dim"}, size(tree.broughtBytes[child]) + " with what it brings"))),
		list.length > BROUGHT_MAX && el("li", {class: "dim"}, "and " + count(list.length - BROUGHT_MAX) + " more")));
}

/* What came closest to keeping it, and how to keep it. */
function whyNot(image, node) {
	const tree = image.tree, owner = image.packages[tree.owner[node]], folder = tree.parent[node], list = [];
	if (owner)
		list.push(el("li", {}, "Its package ", el("b", {}, shown(owner.name)), ": " + count(owner.kept_files) + " of " +
			counted(owner.files, "file") + " stay, " + size(owner.kept_bytes) + " of " + size(owner.bytes) + "."));
	else
		list.push(el("li", {}, "No package owns it."));
	list.push(el("li", {}, "In its folder ", fileButton(image, folder), ": " + count(tree.keptFiles[folder]) + " of " +
		counted(tree.keptFiles[folder] + tree.leftFiles[folder], "file") + " stay."));
	const same = tree.same[node];
	if (same >= 0 && tree.kept[same])
		list.push(el("li", {}, "The same file stays under another name, ", fileButton(image, same), ", so that leaving it saves nothing."));
	const glob = pathOf(tree, node).replace(/[*?[\\]/g, "\\$&"), quoted = "'" + glob.replace(/'/g, "'\\''") + "'";
	const o = report.options, ruled = o.confidence !== "fallback" || o.wishes.some(w => w.kind === "drop");
	return [el("p", {}, "Nothing that stays asks for it" + (ruled ? ", or an option of the run takes it out." : ".")), el("ul", {class: "reasons"}, ...list),
		el("p", {}, "To keep it: ", el("code", {class: "command"}, "slim --keep " + shown(quoted) + " IN OUT"))];
}

function facts(image, node) {
	const tree = image.tree, owner = image.packages[tree.owner[node]], type = tree.types[node];
	const rows = [["Kind", typeNames[type]]];
	if (type === "f")
		rows.push(["Size", size(tree.size[node]) + (tree.size[node] >= 1000 ? " (" + count(tree.size[node]) + " bytes)" : "") +
			(tree.was[node] !== tree.size[node] ? ", was " + size(tree.was[node]) : "")]);
	if (type === "d")
		rows.push(["Below it", size(tree.keptBytes[node]) + " in " + counted(tree.keptFiles[node], "file") + " stay, " +
			size(tree.leftBytes[node]) + " in " + counted(tree.leftFiles[node], "file") + " leave"]);
	if (owner)
		rows.push(["Package", shown(owner.name + " " + owner.version)]);
	if (tree.same[node] >= 0)
		rows.push(["Same file as", fileButton(image, tree.same[node])]);
	return el("dl", {}, ...rows.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function doubtsOf(image, node) {
	const here = pathOf(image.tree, node), list = image.doubts.filter(doubt => doubt.path === here);
	return list.length ? el("div", {class: "doubt"}, el("b", {}, "Doubts"), el("ul", {}, ...list.map(d => el("li", {}, shown(d.text))))) : null;
}

function fileDetail(image, node) {
	const kept = image.tree.kept[node];
	return [
		el("h2", {id: "file-title"}, path(pathOf(image.tree, node))),
		el("p", {class: "verdict " + (kept ? "stays" : "leaves")}, kept ? "Stays" : "Leaves"),
		facts(image, node),
		el("h3", {}, kept ? "Why it stays" : "Why it leaves"),
		kept ? [chainList(image, node), otherReasons(image, node), brought(image, node)] : whyNot(image, node),
		doubtsOf(image, node),
	];
}

/* Files that were looked at before, for the button that goes back. */
const visited = [];

function openFile(image, node, back) {
	const dialog = document.getElementById("file");
	if (!dialog.open)
		visited.length = 0;
	else if (!back && dialog.dataset.node !== undefined)
		visited.push(Number(dialog.dataset.node));
	dialog.dataset.node = node;
	const tools = el("div", {class: "dialog-tools"},
		visited.length > 0 && button("\u2190 Back", () => openFile(image, visited.pop(), true)),
		button("Close", () => dialog.close(), {class: "close"}));
	dialog.replaceChildren(tools, ...fileDetail(image, node).flat().filter(Boolean));
	if (!dialog.open)
		dialog.showModal();
	dialog.scrollTop = 0;
	dialog.querySelector(".close").focus();
}
