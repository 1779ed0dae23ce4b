/*
 * Rectangles whose areas are in proportion, as near to squares as can be. Source of the method: Bruls, Huizing and
 * van Wijk, "Squarified Treemaps" (2000).
 */

/* The worst ratio of sides of a row of areas along a side of this length. */
function worstRatio(least, most, sum, side) {
	return Math.max(side * side * most / (sum * sum), sum * sum / (side * side * least));
}

function rowEnd(areas, from, side) {
	let sum = areas[from], end = from + 1;
	for (; end < areas.length; end++) {
		const more = sum + areas[end];
		if (worstRatio(areas[end], areas[from], more, side) > worstRatio(areas[end - 1], areas[from], sum, side))
			break;
		sum = more;
	}
	return {end, sum};
}

/* VALUES, the largest first and none 0, fill BOX {x, y, width, height}: a list of boxes. */
function squarify(values, box) {
	const total = values.reduce((sum, value) => sum + value, 0), boxes = [];
	const areas = values.map(value => value / total * box.width * box.height);
	let {x, y, width, height} = box;
	for (let from = 0; from < areas.length;) {
		const wide = width >= height, side = wide ? height : width;
		const {end, sum} = rowEnd(areas, from, side), thick = side > 0 ? sum / side : 0;
		let along = wide ? y : x;
		for (; from < end; from++) {
			const length = thick > 0 ? areas[from] / thick : 0;
			boxes.push(wide ? {x, y: along, width: thick, height: length} : {x: along, y, width: length, height: thick});
			along += length;
		}
		if (wide) {
			x += thick;
			width = Math.max(0, width - thick);
		} else {
			y += thick;
			height = Math.max(0, height - thick);
		}
	}
	return boxes;
}
