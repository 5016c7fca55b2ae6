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
		border: ["borders", 390, { color: "#9a9a9a", weight: 1, fill: false, interactive: false }],
		hot: ["hot-areas", 410, { color: "#4b2482", weight: 3.5, fillOpacity: 0.02 }],
		cell: ["cells", 415, { color: "#14508c", weight: 2, fillOpacity: 0.12 }],
		place: ["places", 420, { color: "#b2182b", weight: 2, dashArray: "5 4", fillOpacity: 0.04 }],
	};
	// Pane, z-index, size, and turn: who gets room first. From turn 4 on, what finds none hides.
	const SIGNS = {
		ring: ["addresses", 620, 20, 1],
		plaza: ["addresses", 620, 20, 1],
		diamond: ["addresses", 620, 20, 1],
		pill: ["deviations", 640, 24, 2],
		square: ["efforts", 630, 20, 3],
		rank: ["ranks", 610, 20, 4],
		cell: ["cell-ranks", 605, 18, 5],
		name: ["names", 560, 18, 6],
	};
	const SYMBOLS = { red: "▲", yellow: "●", reporting: "◇" };
	const ASIDE = [0, -18, 18, -32, 32].map((dy) => [0, dy]);
	const AROUND = [-2, 0, -4, 2, -6, 4, 8, 6].map((n) => [Math.cos((n * Math.PI) / 8), Math.sin((n * Math.PI) / 8)]);
	const FEW = 10; // numbers in sight before anyone has zoomed in: the map is quiet at first

	function pane(map, name, zIndex) {
		const key = `est-geo-${name}`;
		if (!map.getPane(key)) map.createPane(key).style.zIndex = zIndex;
		return key;
	}

	// Our layers that a map shows now.
	function layersOn(map) {
		if (!map.estGeo) {
			map.estGeo = new Set();
			map.on("zoomend", () => arrange(map));
		}
		return map.estGeo;
	}

	// Shows what is told of a feature: in the page's panel, else in a popup.
	function open(map, feature, say, from) {
		if (map.estGeoPanel) return map.estGeoPanel(feature, from);
		const box = make("div", { class: "eg-told" }, ...tell(feature, say));
		L.popup({ maxWidth: 320, maxHeight: 400 }).setLatLng(feature.at).setContent(box).openOn(map);
	}

	// The element of a sign; built by us, never from a string.
	function face(kind, feature) {
		if (kind === "name") {
			const value = feature.value ? [make("b", {}, feature.value)] : [];
			return make("span", { class: "eg-name" }, isolated(feature.name), ...value);
		}
		if (kind !== "pill") return make("span", { class: `eg-shape eg-${kind}` }, feature.label);
		const parts = feature.parts.map(([of, n]) => make("span", { class: `eg-${of}` }, SYMBOLS[of] + n));
		return make("span", { class: "eg-pill" }, ...parts);
	}

	const Layer = L.LayerGroup.extend({
		initialize(data) {
			L.LayerGroup.prototype.initialize.call(this);
			this.data = data;
		},

		onAdd(map) {
			if (!this.signs) this.build(map);
			L.LayerGroup.prototype.onAdd.call(this, map);
			layersOn(map).add(this);
			this.hide();
			arrange(map);
		},

		onRemove(map) {
			layersOn(map).delete(this);
			L.LayerGroup.prototype.onRemove.call(this, map);
			arrange(map);
		},

		build(map) {
			const { features, style, sign } = this.data;
			this.signs = [];
			for (const feature of features) {
				feature.paths = [];
				if (feature.shape || feature.lines) this.path(map, feature, feature.style || style);
				if (style === "area") this.path(map, feature, "border");
				if (feature.label || feature.parts) this.sign(map, feature, feature.sign || sign);
				if (feature.name) this.sign(map, feature, "name");
			}
		},

		path(map, feature, name) {
			const [where, z, style] = STYLES[name];
			const options = { smoothFactor: 0.5, interactive: !!feature.rows, ...style, pane: pane(map, where, z) };
			if (feature.color) options.fillColor = feature.color;
			const path = feature.lines
				? L.polyline(feature.lines.map(line), options)
				: L.polygon(shape(feature.shape), options);
			path.on("click", () => open(map, feature, this.data.words));
			feature.paths.push(path);
			this.addLayer(path);
		},

		// A sign centred on a point, opened by mouse, touch, Enter and space.
		sign(map, feature, kind) {
			const [where, z, usual, turn] = SIGNS[kind];
			const size = feature.size || usual;
			const element = face(kind, feature);
			const told = !!feature.rows;
			const icon = L.divIcon({ className: "eg-sign", html: element, iconSize: [size, size] });
			const order = feature.order || 0;
			const zIndexOffset = -order * 1000;
			const options = { icon, pane: pane(map, where, z), interactive: told, keyboard: told, zIndexOffset };
			const marker = L.marker(feature.at, options);
			const run = () => open(map, feature, this.data.words, marker.getElement());
			if (told) {
				marker.on("click", run).on("add", () => {
					const button = marker.getElement();
					button.setAttribute("aria-label", `${feature.kind}: ${feature.title}`);
					button.title = feature.title.slice(0, 200);
					button.onkeydown = (event) => {
						if (event.key !== "Enter" && event.key !== " ") return;
						event.preventDefault();
						run();
					};
				});
			}
			this.signs.push({ marker, element, size, order, turn, kind, feature });
			this.addLayer(marker);
		},

		// Hides the features for which `feature.off` is set, as the page's choices do.
		hide() {
			for (const { paths, off } of this.data.features) {
				for (const path of paths) path.getElement().style.display = off ? "none" : "";
			}
		},
	});

	// Gives every sign room of its own. An address stays on its point if it can; a place's number
	// moves beside its point; what finds no room at this zoom is hidden, while its outline stays.
	function arrange(map) {
		if (map.estGeoBusy) return; // more layers are being added; once for all of them will do
		const taken = [];
		const at = (marker) => map.latLngToLayerPoint(marker.getLatLng());
		const box = (x, y, wide, high) => [x - wide / 2, y - high / 2, x + wide / 2, y + high / 2];
		const free = ([left, top, right, bottom]) =>
			taken.every((box) => left >= box[2] || right <= box[0] || top >= box[3] || bottom <= box[1]);
		const close = map.getZoom() >= (map.estGeoFit || 0) + 2;
		const layers = [...layersOn(map)];
		const signs = layers.flatMap((layer) => layer.signs || []);
		signs.sort((a, b) => a.turn - b.turn || a.order - b.order);
		let last = 0;
		for (const { marker, element, size, order, turn, kind, feature } of signs) {
			if (last < 4 && turn >= 4) {
				const marks = layers.flatMap((layer) => layer.marks || []);
				for (const [x, y, radius] of marks) taken.push(box(x, y, radius * 2, radius * 2));
			}
			// The points of places whose number is hidden are not written over either.
			if (last < 6 && turn === 6) {
				for (const other of signs) {
					const { x, y } = at(other.marker);
					if (other.turn < 6 && !other.feature.off) taken.push(box(x, y, 14, 14));
				}
			}
			last = turn;
			const { x, y } = at(marker);
			const wordy = kind === "name" || kind === "pill";
			if (wordy) feature.wide ||= element.offsetWidth + 4;
			const [wide, high] = wordy ? [feature.wide, feature.value ? 32 : size] : [size, size];
			const far = turn < 4 ? [size * 0.8] : [size, size * 1.5];
			const steps = wordy ? ASIDE : [[0, 0], ...far.flatMap((d) => AROUND.map(([x, y]) => [x * d, y * d]))];
			// Rings may touch, but no number may be covered.
			const part = turn === 1 ? 0.6 : 1;
			const fits = ([dx, dy]) => free(box(x + dx, y + dy, wide * part, high * part));
			const quiet = (turn === 4 || turn === 5) && !close && order > FEW;
			const step = feature.off || quiet ? null : steps.find(fits) || (turn < 4 ? [0, 0] : null);
			marker.getElement().style.visibility = step ? "" : "hidden";
			if (!step) continue;
			const middle = wordy ? "translate(-50%, -50%) " : "";
			element.style.transform = `${middle}translate(${step[0]}px, ${step[1]}px)`;
			taken.push(box(x + step[0], y + step[1], wide, high));
		}
	}

	const layer = (data) => (data.sites ? new estGeo.SiteLayer(data) : new Layer(data));
	Object.assign(estGeo, { layer, open, pane, layersOn, arrange, face, SYMBOLS });
})();
