/* Pieces of the page. Every text of the image becomes a text node: nothing of it is ever parsed as HTML. */

function el(tag, attributes, ...children) {
	const node = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes || {})) {
		if (name === "on")
			for (const [event, listener] of Object.entries(value))
				node.addEventListener(event, listener);
		else if (value === true)
			node.setAttribute(name, "");
		else if (value !== false && value !== null && value !== undefined)
			node.setAttribute(name, value);
	}
	node.append(...children.flat(3).filter(child => child !== null && child !== undefined && child !== false));
	return node;
}

const units = ["kB", "MB", "GB", "TB", "PB", "EB"];

/* "186.2 MB": decimal units, as the summary on the terminal prints them. */
function size(bytes) {
	if (bytes < 1000)
		return bytes + " B";
	let value = bytes / 1000, unit = 0;
	for (; value >= 999.95 && unit + 1 < units.length; unit++)
		value /= 1000;
	return value.toFixed(1) + "\u00a0" + units[unit];
}

function count(number) {
	return String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/* "1 file", "5,312 files" */
function counted(number, word) {
	return count(number) + " " + word + (number === 1 ? "" : "s");
}

function share(part, whole) {
	return whole > 0 ? (100 * part / whole).toFixed(1) + "\u00a0%" : "";
}

/* Names may hold control bytes and signs that turn text around: they are shown by their numbers. */
function shown(text) {
	return text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
		sign => "\\u" + sign.charCodeAt(0).toString(16).padStart(4, "0"));
}

function path(text) {
	return el("span", {class: "path"}, shown(text));
}

function button(label, action, attributes) {
	return el("button", {type: "button", on: {click: action}, ...attributes}, label);
}

/* A path that opens what is known of the file. */
function fileButton(image, node) {
	return button(path(pathOf(image.tree, node)), () => openFile(image, node), {class: "file", title: "why?"});
}

function badge(confidence) {
	return el("span", {class: "badge " + confidence, title: confidences[confidence]}, confidence);
}

const confidences = {
	certain: "it would not work without",
	feature: "something that stays can use it",
	heuristic: "there are signs that it is used",
	fallback: "slim could not tell, and kept it",
};

const typeNames = {
	f: "file", d: "folder", l: "symbolic link", c: "character device", b: "block device", p: "named pipe", s: "socket",
};

function section(id, title, ...children) {
	return el("section", {id, "aria-labelledby": id + "-title"}, el("h2", {id: id + "-title"}, title), ...children);
}

/* Buttons of which one is pressed. CHOICES: [value, label]. */
function choice(label, choices, chosen, action) {
	const buttons = choices.map(([value, text]) => button(text, () => {
		for (const b of buttons)
			b.setAttribute("aria-pressed", String(b.dataset.value === String(value)));
		action(value);
	}, {"data-value": value, "aria-pressed": String(value === chosen)}));
	return el("div", {class: "choice", role: "group", "aria-label": label}, ...buttons);
}

function bar(part, whole) {
	const fill = el("i");
	fill.style.width = (whole > 0 ? 100 * part / whole : 0) + "%";
	return el("span", {class: "bar", "aria-hidden": "true"}, fill);
}
