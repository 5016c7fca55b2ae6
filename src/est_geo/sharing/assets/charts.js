// What a click opens: a heading, rows of a table, and two small charts.

"use strict";

(() => {
	const { make, draw, isolated, fill, numbers } = estGeo;
	const STEPS = ["#ededea", "#c4b1df", "#a184c9", "#7a54ab", "#4b2482"];

	const chart = (height, label) => draw("svg", { viewBox: `0 0 280 ${height}`, role: "img", "aria-label": label });
	const write = (x, y, anchor, text) => draw("text", { x, y, "text-anchor": anchor }, text);

	// Bars from zero, the largest written above it and the ends named below.
	function bars(values, labels, say) {
		const most = Math.max(...values);
		const wide = 280 / values.length;
		const svg = chart(74, fill(say.chart, say.over_time, Math.min(...values), most));
		values.forEach((value, i) => {
			const height = (value / (most || 1)) * 42;
			const box = { x: i * wide, y: 56 - height, width: Math.max(1, wide - 1.5), height };
			svg.append(draw("rect", box, draw("title", {}, `${labels[i]}: ${value}`)));
		});
		const at = (values.indexOf(most) + 0.5) * wide;
		svg.append(
			draw("path", { d: "M0 56.5H280", stroke: "#9a9a9a" }),
			write(at, 11, at < 20 ? "start" : at > 260 ? "end" : "middle", String(most)),
			write(0, 71, "start", labels[0]),
			write(280, 71, "end", labels.at(-1)),
		);
		return [make("h3", {}, say.over_time), svg];
	}

	// Seven days by 24 hours, in four steps up to the largest; what is empty is grey.
	function strip(code, say) {
		const values = numbers(code);
		const most = Math.max(...values, 1);
		const svg = chart(100, say.by_hour);
		values.forEach((value, i) => {
			const [x, y] = [22 + (i % 24) * 10.7, Math.floor(i / 24) * 12];
			svg.append(draw("rect", { x, y, width: 10, height: 11, fill: STEPS[Math.ceil((value / most) * 4)] }));
		});
		for (const [i, day] of say.weekdays.split(" ").entries()) svg.append(write(0, i * 12 + 10, "start", day));
		for (const hour of [0, 6, 12, 18]) svg.append(write(22 + hour * 10.7, 97, "start", `${hour}`));
		return [make("h3", {}, say.by_hour), svg];
	}

	// The elements that tell of a feature. `feature.series` is counts and names of periods.
	estGeo.tell = (feature, say) => {
		const list = (texts) => make("ul", {}, ...texts.map((text) => make("li", {}, isolated(text))));
		const rows = feature.rows.map(([label, value]) => {
			const cell = make("td", {}, Array.isArray(value) ? list(value) : isolated(value));
			return make("tr", {}, make("th", { scope: "row" }, isolated(label)), cell);
		});
		return [
			make("p", { class: "eg-kind" }, feature.kind),
			make("h2", {}, isolated(feature.title)),
			make("table", {}, make("tbody", {}, ...rows)),
			...(feature.series?.[0].length > 1 ? bars(...feature.series, say) : []),
			...(feature.hours ? strip(feature.hours, say) : []),
			...(feature.note ? [make("p", {}, feature.note)] : []),
		];
	};
})();
