// Layers for any Leaflet map: shapes, signs and names, drawn from `data` that est_geo.sharing made.

"use strict";

(() => {
	const { make, isolated, line, shape, tell } = estGeo;

	// Panes stack the layers; folium's own (z-index 400) come between areas and places.
	const STYLES = {
		area: ["areas", 380, { stroke: false, fillColor: "#fff", fillOpacity: 1 }],
		water: ["water", 382, { stroke: false, fillColor: "#dbe6ee", fillOpacity: 1 }],
		street: ["streets", 383, { color: "#d9d9d4", weight: 1.5, fill: false }],
		railway: ["streets", 383, { color: "#b4b4ae", weight: 2, dashArray: "7 3", fill: false }],
		class: ["density", 385, { stroke: false, fillOpacity: 0.85 }],
		border: ["borders", 390, { color: "#9a9a9a", weight: 1, fill: false }],
		hot: ["hot-areas", 410, { color: "#4b2482", weight: 3.5, fillOpacity: 0.02 }],
		cell: ["cells", 415, { color: "#14508c", weight: 2, fillOpacity: 0.12 }],
		place: ["places", 420, { color: "#b2182b", weight: 2, dashArray: "5 4", fillOpacity: 0.04 }],
	};
	// Signs, the first to get room first. Those that may hide do so where there is none.
	const SIGNS = {
		ring: { pane: "addresses", z: 620, size: 20, turn: 1 },
		plaza: { pane: "addresses", z: 620, size: 20, turn: 1 },
		diamond: { pane: "addresses", z: 620, size: 20, turn: 1 },
		pill: { pane: "deviations", z: 640, size: 24, turn: 2 },
		square: { pane: "efforts", z: 630, size: 20, turn: 3 },
		rank: { pane: "ranks", z: 610, size: 20, turn: 4, hides: true },
		cell: { pane: "cell-ranks", z: 605, size: 18, turn: 5, hides: true },
		name: { pane: "names", z: 560, size: 18, turn: 6, hides: true },
	};
	const SYMBOLS = { red: "▲", yellow: "●", reporting: "◇" };
	const AROUND = [
		[0, -1],
		[0.8, -0.8],
		[-0.8, -0.8],
		[1.1, 0],
		[-1.1, 0],
		[0.8, 0.8],
		[-0.8, 0.8],
		[0, 1],
	]; // prettier-ignore
	const FEW = 10; // numbers in sight before anyone has zoomed in: the map is quiet at first

	function pane(map, name, zIndex) {
		const key = `est-geo-${name}`;
		if (!map.getPane(key)) map.createPane(key).style.zIndex = zIndex;
		return key;
	}

	// Shows what is told of a feature: in the page's panel, else in a popup.
	function open(map, feature, say, from) {
		if (map.estGeoPanel) return map.estGeoPanel(feature, from);
		const box = make("div", { class: "eg-told" }, ...tell(feature, say));
		L.popup({ maxWidth: 320, maxHeight: 400 }).setLatLng(feature.at).setContent(box).openOn(map);
	}

	function reachable(element, run) {
		element.addEventListener("keydown", (event) => {
			if (event.key !== "Enter" && event.key !== " ") return;
			event.preventDefault();
			run();
		});
	}

	// The element of a sign; built by us, never from a string.
	function face(kind, feature) {
		if (kind === "name") {
			const value = feature.value ? [make("b", {}, feature.value)] : [];
			return make("span", { class: "eg-name" }, isolated(feature.name), ...value);
		}
		const parts = feature.parts || [["", feature.label]];
		const text = parts.map(([signal, n]) =>
			make("span", { class: `eg-${signal || "n"}` }, (SYMBOLS[signal] || "") + n),
		);
		return make("span", { class: `eg-${kind}` }, ...text);
	}

	// Our layers that a map shows now.
	function layersOn(map) {
		if (!map.estGeo) {
			map.estGeo = new Set();
			map.on("zoomend", () => arrange(map));
		}
		return map.estGeo;
	}

	const Layer = L.LayerGroup.extend({
		initialize(data) {
			L.LayerGroup.prototype.initialize.call(this);
			this.data = data;
			this.signs = [];
		},

		onAdd(map) {
			if (!this.built) this.build(map);
			this.built = true;
			L.LayerGroup.prototype.onAdd.call(this, map);
			layersOn(map).add(this);
			this.hide();
			arrange(map);
		},

		onRemove(map) {
			map.estGeo.delete(this);
			L.LayerGroup.prototype.onRemove.call(this, map);
			arrange(map);
		},

		build(map) {
			const { features, style, sign } = this.data;
			for (const feature of features) {
				feature.paths = [];
				if (feature.shape || feature.lines) {
					this.path(map, feature, feature.style || style);
					if (style === "area") this.path(map, feature, "border");
				}
				if (feature.label || feature.parts) this.sign(map, feature, feature.sign || sign);
				if (feature.name) this.sign(map, feature, "name");
			}
		},

		path(map, feature, name) {
			const [where, z, style] = STYLES[name];
			const told = feature.rows && name !== "border";
			const options = { ...style, pane: pane(map, where, z), smoothFactor: 0.5, interactive: !!told };
			if (feature.color && name !== "border") options.fillColor = feature.color;
			const path = feature.lines
				? L.polyline(feature.lines.map(line), options)
				: L.polygon(shape(feature.shape), options);
			if (told) path.on("click", () => open(map, feature, this.data.words));
			feature.paths.push(path);
			this.addLayer(path);
		},

		// A sign of `size` pixels centred on a point, opened by mouse, touch, Enter and space.
		sign(map, feature, kind) {
			const rule = SIGNS[kind];
			const size = feature.size || rule.size;
			const element = face(kind, feature);
			const told = !!feature.rows;
			const icon = L.divIcon({ className: "eg-sign", html: element, iconSize: [size, size] });
			const where = pane(map, rule.pane, rule.z);
			const marker = L.marker(feature.at, { icon, pane: where, interactive: told, keyboard: told });
			const order = feature.order || 0;
			if (told) {
				marker.on("click", () => open(map, feature, this.data.words, marker.getElement()));
				marker.on("add", () => {
					const button = marker.getElement();
					button.setAttribute("aria-label", `${feature.kind}: ${feature.title}`);
					button.title = feature.title.slice(0, 200);
					if (button.dataset.ready) return;
					button.dataset.ready = "yes";
					reachable(button, () => open(map, feature, this.data.words, button));
				});
			}
			marker.setZIndexOffset(-order * 1000);
			this.signs.push({ marker, element, size, order, kind, rule, feature });
			this.addLayer(marker);
		},

		// Hides the features for which `feature.off` is set, as the page's choices do.
		hide() {
			for (const { paths, off } of this.data.features) {
				paths.forEach((path) => (path.getElement().style.display = off ? "none" : ""));
			}
		},
	});

	// Gives every sign room of its own. An address stays on its point if it can; a place's number
	// moves beside its point; what finds no room at this zoom is hidden, while its outline stays.
	function arrange(map) {
		const taken = [];
		const free = ([left, top, right, bottom]) =>
			taken.every((box) => left >= box[2] || right <= box[0] || top >= box[3] || bottom <= box[1]);
		const around = (x, y, width, height) => [x - width / 2, y - height / 2, x + width / 2, y + height / 2]; // prettier-ignore
		const ways = (...far) => [[0, 0], ...far.flatMap((d) => AROUND.map(([x, y]) => [x * d, y * d]))];
		const close = map.getZoom() >= (map.estGeoFit || 0) + 2;
		const signs = [...map.estGeo].flatMap((layer) => layer.signs || []);
		const marks = [...map.estGeo].flatMap((layer) => layer.marks || []);
		signs.sort((a, b) => a.rule.turn - b.rule.turn || a.order - b.order);
		const ranks = signs.findIndex(({ rule }) => rule.hides);
		const names = signs.findIndex(({ kind }) => kind === "name");
		signs.forEach(({ marker, element, size, order, kind, rule, feature }, i) => {
			const { x, y } = map.latLngToLayerPoint(marker.getLatLng());
			if (i === ranks) marks.forEach((m) => taken.push(around(m[0], m[1], m[2] * 2, m[2] * 2)));
			if (i === names) {
				// The points of places whose number is hidden are not written over either.
				for (const sign of signs.slice(0, i)) {
					const at = map.latLngToLayerPoint(sign.marker.getLatLng());
					if (!sign.feature.off) taken.push(around(at.x, at.y, 14, 14));
				}
			}
			let width = size;
			let height = size;
			let steps;
			if (kind === "name" || kind === "pill") {
				width = (element.eg = element.eg || element.offsetWidth) + 4;
				if (feature.value) height = 32;
				steps = [0, -18, 18, -32, 32].map((dy) => [0, dy]);
			} else {
				steps = rule.hides ? ways(size, size * 1.5) : ways(size * 0.8);
			}
			// Rings may touch, but no number may be covered.
			const part = rule.turn === 1 ? 0.6 : 1;
			const quiet = kind === "rank" || kind === "cell" ? close || order <= FEW : true;
			let step =
				quiet && !feature.off && steps.find(([dx, dy]) => free(around(x + dx, y + dy, width * part, height * part)));
			if (!step && !rule.hides && !feature.off) step = [0, 0];
			marker.getElement().style.visibility = step ? "" : "hidden";
			if (!step) return;
			const [dx, dy] = step;
			const centred = kind === "name" || kind === "pill" ? "translate(-50%, -50%) " : "";
			element.style.transform = `${centred}translate(${dx}px, ${dy}px)`;
			taken.push(around(x + dx, y + dy, width, height));
		});
	}

	const layer = (data) => (data.sites ? new estGeo.SiteLayer(data) : new Layer(data));
	Object.assign(estGeo, { layer, open, pane, layersOn, arrange });
})();
