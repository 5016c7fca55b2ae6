// Sites: every location with incidents on one canvas, gathered into numbers when zoomed out.

"use strict";

(() => {
	const { numbers, open, pane, layersOn, arrange } = estGeo;
	const CELL = 56; // pixels: what lies in one square of this side is one number
	const ALONE = 16; // the zoom from which every site is drawn by itself

	const unfold = (value) => (value >>> 1) ^ -(value & 1);

	// Counts by site and key: where each site's keys begin, the keys, and their counts.
	function cells([sizes, code]) {
		const size = numbers(sizes);
		const from = new Int32Array(size.length + 1);
		for (let i = 0; i < size.length; i++) from[i + 1] = from[i] + size[i];
		const read = numbers(code);
		const key = new Int32Array(from[size.length]);
		const n = new Int32Array(from[size.length]);
		let at = 0;
		for (let site = 0; site < size.length; site++) {
			let last = 0;
			for (let i = from[site]; i < from[site + 1]; i++) {
				const step = read[at++];
				key[i] = last += step >> 1;
				n[i] = step & 1 ? read[at++] + 2 : 1;
			}
		}
		return { from, key, n };
	}

	estGeo.SiteLayer = L.Canvas.extend({
		initialize(data) {
			L.Canvas.prototype.initialize.call(this, { padding: 0.1 });
			this.data = data;
			const { at, count, names, n } = data.sites;
			const steps = numbers(at);
			this.count = count;
			this.at = new Float64Array(count * 2); // degrees
			this.flat = new Float64Array(count * 2); // Web Mercator, from 0 to 1
			let latitude = 0;
			let longitude = 0;
			for (let i = 0; i < count; i++) {
				latitude += unfold(steps[2 * i]);
				longitude += unfold(steps[2 * i + 1]);
				this.at[2 * i] = latitude / 1e6;
				this.at[2 * i + 1] = longitude / 1e6;
				const sine = Math.sin((latitude / 1e6 / 180) * Math.PI);
				this.flat[2 * i] = longitude / 3.6e8 + 0.5;
				this.flat[2 * i + 1] = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
			}
			this.head = names && numbers(names.head);
			if (n) this.n = numbers(n);
			else {
				this.cells = cells(data.sites.cells);
				this.reports = cells(data.sites.reports);
			}
			this.choose(-1, -1);
		},

		// Counts only one period and one category; -1 is all of them.
		choose(period, category) {
			if (this.cells) {
				const kinds = this.data.sites.categories.length;
				const { from, key, n } = this.cells;
				this.n = new Int32Array(this.count);
				for (let site = 0; site < this.count; site++) {
					let sum = 0;
					for (let i = from[site]; i < from[site + 1]; i++) {
						if (category >= 0 && key[i] % kinds !== category) continue;
						if (period >= 0 && Math.floor(key[i] / kinds) !== period) continue;
						sum += n[i];
					}
					this.n[site] = sum;
				}
			}
			if (this._map) this._update();
		},

		name(site) {
			const { heads, tails } = this.data.sites.names || {};
			return heads ? heads[this.head[site]] + tails[site] : "";
		},

		// What happened at some sites: counts by kind and reporter, most first, and over time.
		sum(sites) {
			const { periods, categories, sources } = this.data.sites;
			const kinds = new Array(categories.length).fill(0);
			const series = new Array(periods.length).fill(0);
			const told = new Array(sources.length).fill(0);
			for (const site of sites) {
				for (let i = this.cells.from[site]; i < this.cells.from[site + 1]; i++) {
					const period = Math.floor(this.cells.key[i] / kinds.length);
					kinds[this.cells.key[i] % kinds.length] += this.cells.n[i];
					if (period < series.length) series[period] += this.cells.n[i];
				}
				for (let i = this.reports.from[site]; i < this.reports.from[site + 1]; i++) {
					told[this.reports.key[i]] += this.reports.n[i];
				}
			}
			const list = (names, counts) =>
				names
					.map((name, i) => [name, counts[i]])
					.filter(([, n]) => n)
					.sort((a, b) => b[1] - a[1])
					.map(([name, n]) => `${name} ${n}`);
			return {
				kinds: list(categories, kinds),
				told: list(sources, told),
				series: [series, periods.map(([, , short]) => short)],
			};
		},

		feature(site) {
			const say = this.data.words;
			const at = [this.at[2 * site], this.at[2 * site + 1]];
			const rows = [[say.incidents, this.n[site].toLocaleString(this.data.language)]];
			const feature = { kind: say.site, title: this.name(site) || at.join(", "), rows, at };
			if (this.cells) {
				const { kinds, told, series } = this.sum([site]);
				rows.push([say.categories, kinds], [say.sources, told]);
				feature.series = series;
			}
			return feature;
		},

		onAdd(map) {
			this.options.pane = pane(map, "sites", 430);
			layersOn(map).add(this);
			L.Canvas.prototype.onAdd.call(this, map);
			this._container.style.pointerEvents = "none"; // what lies under it can be clicked too
			map.on("click", this.click, this).on("mousemove", this.point, this);
		},

		onRemove(map) {
			map.off("click", this.click, this).off("mousemove", this.point, this);
			map.getContainer().style.cursor = "";
			layersOn(map).delete(this);
			L.Canvas.prototype.onRemove.call(this, map);
			arrange(map);
		},

		_update() {
			if (this._map._animatingZoom && this._bounds) return;
			L.Canvas.prototype._update.call(this);
			this.gather();
			this.paint();
			arrange(this._map);
		},

		// Makes `marks`: [easting, northing, radius, incidents, sites, one of the sites], in pixels.
		gather() {
			const zoom = this._map.getZoom();
			const scale = 256 * 2 ** zoom;
			const origin = this._map.getPixelOrigin();
			const square = zoom < ALONE ? CELL : 1;
			const from = this._bounds.min.add(origin).divideBy(square).floor();
			const to = this._bounds.max.add(origin).divideBy(square).floor();
			const [wide, high] = [to.x - from.x + 1, to.y - from.y + 1];
			this.marks = [];
			const sums = new Map();
			for (let site = 0; site < this.count; site++) {
				const n = this.n[site];
				if (!n) continue;
				const x = this.flat[2 * site] * scale;
				const y = this.flat[2 * site + 1] * scale;
				const column = Math.floor(x / square) - from.x;
				const row = Math.floor(y / square) - from.y;
				if (column < 0 || row < 0 || column >= wide || row >= high) continue;
				const sum = sums.get(row * wide + column);
				if (sum) {
					sum[0] += n;
					sum[1] += x * n;
					sum[2] += y * n;
					sum[3] += 1;
				} else sums.set(row * wide + column, [n, x * n, y * n, 1, site]);
			}
			for (const [n, x, y, sites, site] of sums.values()) {
				const radius = sites > 1 ? 9 + 3 * Math.log10(n) : Math.min(14, 2 + 1.6 * Math.sqrt(n));
				this.marks.push([x / n - origin.x, y / n - origin.y, radius, n, sites, site]);
			}
		},

		paint() {
			const draw = this._ctx;
			draw.font = "600 11px system-ui, sans-serif";
			draw.textAlign = "center";
			draw.textBaseline = "middle";
			draw.lineWidth = 1.5;
			draw.strokeStyle = "#fff";
			for (const [x, y, radius, n, sites] of this.marks) {
				draw.fillStyle = sites > 1 ? "#5c5c5c" : "#2b2b2b";
				draw.beginPath();
				draw.arc(x, y, radius, 0, 2 * Math.PI);
				draw.fill();
				draw.stroke();
				if (sites < 2 && radius < 9) continue;
				draw.fillStyle = "#fff";
				draw.fillText(n.toLocaleString(this.data.language), x, y + 0.5);
			}
		},

		under({ layerPoint }) {
			const far = ([x, y, radius]) => Math.hypot(layerPoint.x - x, layerPoint.y - y) - radius;
			return this.marks.reduce((best, m) => (far(m) < (best ? far(best) : 4) ? m : best), null);
		},

		point(event) {
			this._map.getContainer().style.cursor = this.under(event) ? "pointer" : "";
		},

		click(event) {
			const mark = this.under(event);
			if (!mark) return;
			const map = this._map;
			if (mark[4] === 1) return open(map, this.feature(mark[5]), this.data.words);
			map.setView(map.layerPointToLatLng([mark[0], mark[1]]), Math.min(ALONE, map.getZoom() + 2));
		},
	});
})();
