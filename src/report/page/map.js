/*
 * The map: a treemap of folders or of packages that can be entered. An area is {name, kept, left, node, inner}: bytes
 * that stay and that leave, the node that it stands for (-1: none) and a function that lists what is in it (null:
 * nothing); and a path, where the name alone does not say where it is.
 */

const AREAS_MAX = 80; /* in one frame; smaller ones are put together */
const DEPTH = 2; /* of frames within frames */
const HEAD = 20; /* pixels of an area that shows what is in it */

function nodeArea(image, node) {
	const tree = image.tree, inner = tree.end[node] > node + 1;
	return {
		name: tree.names[node] || "/", kept: tree.keptBytes[node], left: tree.leftBytes[node], node,
		inner: inner ? () => childrenOf(tree, node).map(child => nodeArea(image, child)) : null,
	};
}

function packageAreas(image) {
	const tree = image.tree, areas = [...image.packages, {name: "no package"}].map(p => (
		{name: p.name, kept: 0, left: 0, node: -1, files: []}));
	for (let i = 1; i < tree.count; i++) {
		if (tree.types[i] !== "f" || tree.same[i] >= 0)
			continue;
		const area = areas[tree.owner[i] < 0 ? areas.length - 1 : tree.owner[i]];
		area.kept += tree.kept[i] ? tree.size[i] : 0;
		area.left += tree.kept[i] ? tree.was[i] - tree.size[i] : tree.was[i];
		area.files.push(i);
	}
	for (const area of areas)
		area.inner = () => area.files.map(file => ({...nodeArea(image, file), path: pathOf(tree, file)}));
	return areas;
}

function rootArea(image, by) {
	if (by === "folder")
		return nodeArea(image, 0);
	return {name: "packages", kept: image.tree.keptBytes[0], left: image.tree.leftBytes[0], node: -1, inner: () => packageAreas(image)};
}

const shows = {
	both: area => area.kept + area.left,
	kept: area => area.kept,
	left: area => area.left,
};

/* The areas within AREA that are to be drawn, the largest first; what is too small is one area more. */
function areasWithin(area, weight, most) {
	const list = area.inner ? area.inner().filter(inner => weight(inner) > 0) : [];
	list.sort((a, b) => weight(b) - weight(a));
	if (list.length <= most)
		return list;
	const rest = list.splice(most - 1);
	list.push({
		name: count(rest.length) + " smaller ones", node: -1, inner: () => rest,
		kept: rest.reduce((sum, a) => sum + a.kept, 0), left: rest.reduce((sum, a) => sum + a.left, 0),
	});
	return list.sort((a, b) => weight(b) - weight(a));
}

function areaLabel(area) {
	const total = area.kept + area.left;
	return shown(area.path || area.name) + ": " + size(area.kept) + " of " + size(total) + " stay" + (area.inner ? ", opens" : "");
}

/* In shares of the frame, so that the map fits paper too. */
function place(node, box, frame) {
	const across = length => 100 * length / frame.clientWidth + "%", down = length => 100 * length / frame.clientHeight + "%";
	node.style.left = across(box.x);
	node.style.top = down(box.y);
	node.style.width = across(Math.max(0, box.width - 1));
	node.style.height = down(Math.max(0, box.height - 1));
}

function areaBytes(map, area, width) {
	if (map.show === "both" && width > 130 && area.kept && area.left)
		return size(area.kept) + " of " + size(area.kept + area.left);
	return size(shows[map.show](area));
}

function areaButton(map, area, box) {
	const kept = map.show === "left" ? 0 : map.show === "kept" ? 1 : area.kept / (area.kept + area.left);
	const node = button([], () => map.enter(area), {class: "area", "aria-label": areaLabel(area), title: areaLabel(area), tabindex: "-1"});
	node.style.setProperty("--kept", (100 * kept) + "%");
	place(node, box, map.frame);
	if (box.width > 34 && box.height > 15)
		node.append(el("span", {class: "name"}, shown(area.name)),
			box.height > 34 && box.width > 60 ? el("span", {class: "bytes"}, areaBytes(map, area, box.width)) : "");
	return node;
}

function drawAreas(map, areas, box, depth) {
	const weight = shows[map.show], boxes = squarify(areas.map(weight), box);
	areas.forEach((area, i) => {
		const b = boxes[i];
		if (b.width < 3 || b.height < 3)
			return;
		const node = areaButton(map, area, b);
		map.frame.append(node);
		if (depth > 0 && area.inner && b.width > 70 && b.height > 3 * HEAD) {
			node.classList.add("open");
			drawAreas(map, areasWithin(area, weight, AREAS_MAX / 2),
				{x: b.x + 2, y: b.y + HEAD, width: b.width - 5, height: b.height - HEAD - 2}, depth - 1);
		}
	});
}

/* The nearest area in the direction of an arrow key. */
function neighbour(areas, from, key) {
	const at = from.getBoundingClientRect(), x = at.left + at.width / 2, y = at.top + Math.min(at.height / 2, HEAD / 2);
	let best = null, least = Infinity;
	for (const area of areas) {
		const b = area.getBoundingClientRect(), dx = b.left + b.width / 2 - x, dy = b.top + Math.min(b.height / 2, HEAD / 2) - y;
		const [ahead, aside] = {ArrowRight: [dx, dy], ArrowLeft: [-dx, dy], ArrowDown: [dy, dx], ArrowUp: [-dy, dx]}[key];
		if (ahead > 1 && ahead + 2 * Math.abs(aside) < least) {
			least = ahead + 2 * Math.abs(aside);
			best = area;
		}
	}
	return best;
}

function mapKeys(map, event) {
	const areas = [...map.frame.children];
	if (event.key === "Escape" || event.key === "Backspace") {
		if (map.trail.length > 1)
			map.leave(map.trail.length - 2, true);
	} else if (event.key.startsWith("Arrow") && areas.includes(document.activeElement)) {
		const next = neighbour(areas, document.activeElement, event.key);
		if (next)
			next.focus();
	} else {
		return;
	}
	event.preventDefault();
}

function drawTrail(map) {
	const last = map.trail.length - 1;
	map.crumbs.replaceChildren(...map.trail.map((area, i) => el("li", {},
		i === last ? el("b", {"aria-current": "location"}, shown(area.name)) : button(shown(area.name), () => map.leave(i, true)))));
	const here = map.trail[last];
	map.note.replaceChildren(size(here.kept) + " stay, " + size(here.left) + " leave here. ",
		here.node > 0 ? button("About this folder", () => openFile(map.image, here.node), {class: "file"}) : "");
}

function drawMap(map) {
	const width = map.frame.clientWidth, height = map.frame.clientHeight, here = map.trail[map.trail.length - 1];
	const areas = areasWithin(here, shows[map.show], AREAS_MAX);
	map.frame.replaceChildren();
	map.frame.setAttribute("aria-label", "Map of " + here.name + ": arrow keys move, Enter opens, Escape goes back");
	if (areas.length)
		drawAreas(map, areas, {x: 0, y: 0, width, height}, DEPTH);
	else
		map.frame.append(el("p", {class: "dim"}, "Nothing of it has bytes."));
	if (map.frame.firstElementChild)
		map.frame.firstElementChild.tabIndex = 0;
	drawTrail(map);
}

function mapSection(image) {
	const map = {
		image, by: "folder", show: "both", trail: [rootArea(image, "folder")],
		frame: el("div", {class: "map", role: "group"}), crumbs: el("ol", {class: "crumbs"}), note: el("p", {class: "note", "aria-live": "polite"}),
	};
	const restart = () => {
		map.trail = [rootArea(image, map.by)];
		drawMap(map);
	};
	map.enter = area => {
		if (!area.inner)
			return openFile(image, area.node);
		map.trail.push(area);
		drawMap(map);
		map.frame.firstElementChild.focus({preventScroll: true});
	};
	map.leave = (i, focus) => {
		map.trail.length = i + 1;
		drawMap(map);
		if (focus)
			map.frame.firstElementChild.focus({preventScroll: true});
	};
	map.frame.addEventListener("keydown", event => mapKeys(map, event));
	new ResizeObserver(() => drawMap(map)).observe(map.frame);
	return section("map", "Where the bytes are",
		el("div", {class: "tools"},
			choice("Areas", [["folder", "By folder"], ["package", "By package"]], "folder", by => { map.by = by; restart(); }),
			choice("Shown", [["both", "Everything"], ["kept", "What stays"], ["left", "What leaves"]], "both", show => { map.show = show; restart(); }),
			el("span", {class: "legend"}, el("i", {class: "kept"}), "stays ", el("i", {class: "left"}), "leaves")),
		el("nav", {"aria-label": "Place in the map"}, map.crumbs), map.frame, map.note);
}
