"use strict";

/* The paths of an image, unpacked from their columns: docs/report.md, "Within the page". Node 0 is the root. */

function parentsOf(depths) {
	const parent = new Int32Array(depths.length + 1), above = [0];
	parent[0] = -1;
	depths.forEach((depth, i) => {
		parent[i + 1] = above[depth - 1];
		above[depth] = i + 1;
	});
	return parent;
}

/* Of each node the last + 1 of the numbers below it. */
function endsOf(parent) {
	const end = Int32Array.from(parent, (_, i) => i + 1);
	for (let i = parent.length - 1; i > 0; i--)
		end[parent[i]] = Math.max(end[parent[i]], end[i]);
	return end;
}

function pairsInto(list, pairs) {
	for (let i = 0; i < pairs.length; i += 2)
		list[pairs[i]] = pairs[i + 1];
	return list;
}

function ownersOf(runs, count) {
	const owner = new Int32Array(count).fill(-1);
	for (let i = 0, node = 1; i < runs.length; i += 2) {
		owner.fill(runs[i + 1] - 1, node, node + runs[i]);
		node += runs[i];
	}
	return owner;
}

/* Where each kept node's reasons begin in the list of numbers. */
function reasonStarts(tree, kept) {
	const start = new Int32Array(kept.length).fill(-1);
	for (let i = 1, at = 0; i < kept.length; i++) {
		if (!kept[i])
			continue;
		start[i] = at;
		at += 2 + 3 * tree.reasons[at];
	}
	return start;
}

function unpackTree(packed) {
	const count = packed.types.length + 1;
	const tree = {
		count,
		names: [""].concat(packed.names.split("/")),
		types: "d" + packed.types.toLowerCase(),
		kept: new Uint8Array(count),
		parent: parentsOf(packed.depths),
		size: new Float64Array(count),
		same: pairsInto(new Int32Array(count).fill(-1), packed.same),
		owner: ownersOf(packed.owners, count),
		reasons: packed.reasons,
		evidence: packed.evidence,
	};
	tree.end = endsOf(tree.parent);
	for (let i = 1, file = 0; i < count; i++) {
		tree.kept[i] = packed.types[i - 1] < "a" ? 1 : 0;
		if (tree.types[i] === "f")
			tree.size[i] = packed.sizes[file++];
	}
	tree.kept[0] = 1;
	tree.was = pairsInto(Float64Array.from(tree.size), packed.was);
	tree.start = reasonStarts(tree, tree.kept);
	addSums(tree);
	addChains(tree);
	return tree;
}

/* Of each node, with all below it: bytes and files that stay and that leave. A file with several names counts once. */
function addSums(tree) {
	for (const name of ["keptBytes", "leftBytes", "keptFiles", "leftFiles"])
		tree[name] = new Float64Array(tree.count);
	for (let i = tree.count - 1; i >= 0; i--) {
		if (tree.types[i] === "f") {
			tree[tree.kept[i] ? "keptFiles" : "leftFiles"][i]++;
			if (tree.same[i] < 0) {
				tree.keptBytes[i] += tree.kept[i] ? tree.size[i] : 0;
				tree.leftBytes[i] += tree.kept[i] ? tree.was[i] - tree.size[i] : tree.was[i];
			}
		}
		if (i > 0)
			for (const name of ["keptBytes", "leftBytes", "keptFiles", "leftFiles"])
				tree[name][tree.parent[i]] += tree[name][i];
	}
}

/* The last step of each node's shortest chain, who asked in it, and what it brings along: bytes and files. */
function addChains(tree) {
	const n = tree.count;
	tree.asker = new Int32Array(n).fill(-1);
	tree.chained = new Uint8Array(n);
	for (let i = 1; i < n; i++) {
		const step = tree.kept[i] ? tree.reasons[tree.start[i] + 1] - 1 : -1;
		if (step < 0)
			continue;
		tree.chained[i] = 1;
		tree.asker[i] = tree.reasons[tree.start[i] + 3 + 3 * step] - 1;
	}
	const length = chainLengths(tree), byLength = [];
	tree.broughtBytes = Float64Array.from(tree.size, (size, i) => tree.kept[i] && tree.same[i] < 0 ? size : 0);
	tree.broughtFiles = Float64Array.from(tree.size, (_, i) => tree.kept[i] && tree.types[i] === "f" ? 1 : 0);
	for (let i = 1; i < n; i++)
		if (tree.chained[i])
			byLength.push(i);
	byLength.sort((a, b) => length[b] - length[a]);
	for (const i of byLength)
		if (tree.asker[i] > 0) {
			tree.broughtBytes[tree.asker[i]] += tree.broughtBytes[i];
			tree.broughtFiles[tree.asker[i]] += tree.broughtFiles[i];
		}
}

function chainLengths(tree) {
	const length = new Int32Array(tree.count);
	for (let i = 1; i < tree.count; i++) {
		const waiting = [];
		for (let at = i; at > 0 && tree.chained[at] && !length[at] && waiting.length <= tree.count; at = tree.asker[at])
			waiting.push(at);
		while (waiting.length) {
			const at = waiting.pop();
			length[at] = 1 + (tree.asker[at] > 0 ? length[tree.asker[at]] : 0);
		}
	}
	return length;
}

function pathOf(tree, node) {
	let path = "";
	for (let at = node; at > 0; at = tree.parent[at])
		path = "/" + tree.names[at] + path;
	return path || "/";
}

function childrenOf(tree, node) {
	const list = [];
	for (let i = node + 1; i < tree.end[node]; i = tree.end[i])
		list.push(i);
	return list;
}

/* {rule, from, evidence} of each reason; from is -1 when the config or the user asked. */
function reasonsOf(image, node) {
	const tree = image.tree, list = [], start = tree.start[node];
	for (let r = 0; start >= 0 && r < tree.reasons[start]; r++) {
		const at = start + 2 + 3 * r;
		list.push({
			rule: report.rules[tree.reasons[at]], from: tree.reasons[at + 1] - 1,
			evidence: tree.evidence[tree.reasons[at + 2]],
		});
	}
	return list;
}

/* The reason that ends the shortest chain, or null. */
function stepOf(image, node) {
	const start = image.tree.start[node], step = start < 0 ? -1 : image.tree.reasons[start + 1] - 1;
	return step < 0 ? null : reasonsOf(image, node)[step];
}

/* From the config or the user to NODE: {node, reason} for each step. */
function chainOf(image, node) {
	const chain = [];
	for (let at = node; at >= 0 && chain.length <= image.tree.count;) {
		const reason = stepOf(image, at);
		if (!reason)
			break;
		chain.unshift({node: at, reason});
		at = reason.from;
	}
	return chain;
}

/* What NODE asked for in shortest chains, the largest first. */
function broughtBy(tree, node) {
	const list = [];
	for (let i = 1; i < tree.count; i++)
		if (tree.asker[i] === node)
			list.push(i);
	return list.sort((a, b) => tree.broughtBytes[b] - tree.broughtBytes[a] || a - b);
}
