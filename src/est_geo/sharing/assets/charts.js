// What a click opens: a heading, rows of a table, and two small charts.

"use strict";

(() => {
	const { make, draw, isolated, fill, numbers } = estGeo;

	// Bars from zero, the largest written above it and the ends named below.
	function bars(values, labels, say) {
		const most = Math.max(1, ...values);
		const wide = 280 / values.length;
		const chart = draw("svg", { viewBox: "0 0 280 74", class: "eg-chart", role: "img" });
		const least = Math.min(...values);
		chart.setAttribute("aria-label", fill(say.chart, say.over_time, least, Math.max(...values)));
		const write = (x, y, anchor, text) => chart.append(draw("text", { x, y, "text-anchor": anchor }, text));
		values.forEach((value, i) => {
			const height = (value / most) * 42;
			const box = { x: i * wide, y: 56 - height, width: Math.max(1, wide - 1.5), height };
			chart.append(draw("rect", box, draw("title", {}, `${labels[i]}: ${value}`)));
		});
		chart.append(draw("path", { d: "M0 56.5H280", class: "eg-axis" }));
		const top = values.indexOf(Math.max(...values));
		const at = (top + 0.5) * wide;
		write(at, 11, at < 20 ? "start" : at > 260 ? "end" : "middle", String(values[top]));
		write(0, 71, "start", labels[0]);
		if (labels.length > 1) write(280, 71, "end", labels[labels.length - 1]);
		return [make("h3", {}, say.over_time), chart];
	}

	// Seven days by 24 hours, in four steps of grey from the largest; nothing is left white.
	function strip(code, say) {
		const values = numbers(code);
		const most = Math.max(...values);
		const days = say.weekdays.split(" ");
		const chart = draw("svg", { viewBox: "0 0 280 100", class: "eg-chart", role: "img" });
		chart.setAttribute("aria-label", say.by_hour);
		values.forEach((value, i) => {
			const [day, hour] = [Math.floor(i / 24), i % 24];
			const step = value && Math.ceil((value / most) * 4);
			const box = { x: 22 + hour * 10.7, y: day * 12, width: 10, height: 11 };
			chart.append(draw("rect", { ...box, class: `eg-step-${step}` }));
		});
		const write = (x, y, text) => chart.append(draw("text", { x, y }, text));
		days.forEach((day, i) => write(0, i * 12 + 10, day));
		[0, 6, 12, 18].forEach((hour) => write(22 + hour * 10.7, 97, String(hour).padStart(2, "0")));
		return most ? [make("h3", {}, say.by_hour), chart] : [];
	}

	// The elements that tell of a feature. `feature.series` is counts and names of periods.
	function tell(feature, say) {
		const rows = feature.rows.map(([label, value]) => {
			const list = (texts) => make("ul", {}, ...texts.map((text) => make("li", {}, isolated(text))));
			const cell = make("td", {}, Array.isArray(value) ? list(value) : isolated(value));
			return make("tr", {}, make("th", { scope: "row" }, isolated(label)), cell);
		});
		const said = [
			make("p", { class: "eg-kind" }, feature.kind),
			make("h2", {}, isolated(feature.title)),
			make("table", {}, make("tbody", {}, ...rows)),
		];
		if (feature.series && feature.series[0].length > 1) said.push(...bars(...feature.series, say));
		if (feature.hours) said.push(...strip(feature.hours, say));
		if (feature.note) said.push(make("p", { class: "eg-note" }, feature.note));
		return said;
	}

	estGeo.tell = tell;
})();
