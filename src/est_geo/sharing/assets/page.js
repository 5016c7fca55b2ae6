// The page of a map: heading, tools, legend, panel and foot around the layers.

"use strict";

estGeo.page = (map, data) => {
	const { make, isolated, fill, numbers, tell, SYMBOLS } = estGeo;
	const say = data.words;
	const narrow = window.matchMedia("(max-width: 640px)");
	const still = { animate: false, pan: false };
	const part = (name) => document.getElementById(`est-geo-${name}`);
	const layers = data.layers.map((layer) => estGeo.layer(Object.assign(layer, { words: say })));
	const sites = layers.find((layer) => layer.choose);
	const counted = sites?.cells && sites.data.sites;
	const chosen = { period: -1, category: -1 };
	const isChosen = () => chosen.period >= 0 || chosen.category >= 0;

	// Sites of a place, each a step from the one before.
	function members(feature) {
		let site = 0;
		return Array.from(numbers(feature.sites), (step) => (site += step));
	}

	// ---- The panel

	const panel = part("panel");
	let opener = null;

	function closePanel() {
		panel.hidden = true;
		panel.replaceChildren();
		if (opener?.isConnected) opener.focus({ preventScroll: true });
		opener = null;
	}

	map.estGeoPanel = (feature, from) => {
		const close = make("button", { type: "button", "aria-label": say.close }, "×");
		close.addEventListener("click", closePanel);
		const told = { ...feature };
		if (feature.sites && counted) {
			told.series = sites.sum(members(feature)).series;
			if (isChosen()) told.rows = [[say.selected, String(feature.n)], ...feature.rows];
		}
		panel.replaceChildren(close, ...tell(told, say));
		panel.hidden = false;
		panel.scrollTop = 0;
		opener = from || document.activeElement;
		close.focus({ preventScroll: true });
		// The panel took room from the map: keep what was clicked in sight, beside the legend.
		if (narrow.matches) key.open = false;
		map.invalidateSize(still);
		const beside = key.open ? key.offsetWidth + 40 : 40;
		map.panInside(feature.at, { paddingTopLeft: [60, 40], paddingBottomRight: [beside, 40] });
	};
	panel.className = "eg-told";
	panel.setAttribute("aria-label", say.details);
	document.addEventListener("keydown", (event) => {
		if (event.key === "Escape" && !panel.hidden) closePanel();
	});

	// ---- The legend, which also switches the layers

	const boxes = new Map();
	const whole = ({ data: of }) => (of.unit || of.count) && !["sites", "places"].includes(of.key);

	function section(layer) {
		const { key, name, count, unit, legend, show } = layer.data;
		const box = make("input", { type: "checkbox", name: key });
		box.checked = show;
		box.addEventListener("change", () => (box.checked ? layer.addTo(map) : layer.remove()));
		boxes.set(layer, box);
		const rows = legend.map(([sign, color, text]) => {
			const swatch = make("i", { class: `eg-shape eg-${sign}`, "aria-hidden": "true" }, SYMBOLS[sign] || "");
			if (SYMBOLS[sign] || sign === "class") swatch.classList.remove("eg-shape");
			swatch.style.background = color;
			return make("li", {}, swatch, text);
		});
		if (unit) rows.unshift(make("li", {}, unit));
		if (whole(layer)) rows.push(make("li", { class: "eg-whole" }, say.all_period));
		const label = make("label", {}, box, count ? `${name} (${count})` : name);
		return make("div", {}, label, make("ul", {}, ...rows));
	}

	const period = make("p", { class: "eg-period" }, data.period);
	const body = make("div", { class: "eg-legend-body" }, period, ...layers.map(section).reverse());
	const key = make("details", { class: "eg-legend" }, make("summary", {}, say.legend), body);
	key.open = !narrow.matches;
	L.DomEvent.disableClickPropagation(key).disableScrollPropagation(key);
	const legend = L.control({ position: "topright" });
	legend.onAdd = () => key;

	// ---- Tools: search, category, time, print

	const rest = [];

	function choose() {
		sites.choose(chosen.period, chosen.category);
		for (const layer of layers) {
			if (layer === sites) continue;
			for (const feature of layer.data.features.filter((feature) => feature.sites)) {
				feature.n = members(feature).reduce((sum, site) => sum + sites.n[site], 0);
				feature.off = !feature.n;
			}
			if (map.hasLayer(layer)) layer.hide();
		}
		// What cannot follow a choice is taken off, so that two spans are never read as one.
		if (!isChosen()) {
			for (const layer of rest.splice(0)) if (!map.hasLayer(layer)) boxes.get(layer).click();
		} else if (!rest.length) {
			rest.push(...layers.filter((layer) => whole(layer) && map.hasLayer(layer)));
			for (const layer of rest) boxes.get(layer).click();
			if (!map.hasLayer(sites)) boxes.get(sites).click();
		}
		document.body.classList.toggle("eg-chosen", isChosen());
		period.textContent = chosen.period < 0 ? data.period : counted.periods[chosen.period][1];
		if (chosen.category >= 0) period.append(` · ${counted.categories[chosen.category]}`);
		estGeo.arrange(map);
	}

	function search() {
		const field = make("input", { type: "search", "aria-label": say.search, placeholder: say.search });
		const list = make("ul");
		const status = make("span", { role: "status" });
		const lower = (text) => text.toLocaleLowerCase(data.language);
		const known = layers.flatMap((layer) => layer.data.features.filter((feature) => feature.title));
		const show = (feature) => {
			list.replaceChildren();
			map.setView(feature.at, Math.max(map.getZoom(), 16), still);
			map.estGeoPanel(feature, field);
		};
		field.addEventListener("input", () => {
			const wanted = lower(field.value.trim());
			const found = wanted ? known.filter(({ title }) => lower(title).includes(wanted)) : [];
			const titles = new Set(found.map(({ title }) => title));
			for (let i = 0; wanted && i < sites?.count && found.length < 8; i++) {
				const name = sites.name(i);
				if (!titles.has(name) && lower(name).includes(wanted)) found.push(sites.feature(i));
			}
			const rows = found.slice(0, 8).map((feature) => {
				const text = [isolated(feature.title), make("small", {}, feature.kind)];
				const button = make("button", { type: "button" }, ...text);
				button.addEventListener("click", () => show(feature));
				return make("li", {}, button);
			});
			if (wanted) status.textContent = found.length ? fill(say.found, found.length) : say.nothing_found;
			if (wanted && !found.length) rows.push(make("li", {}, say.nothing_found));
			list.replaceChildren(...rows);
		});
		const box = make("div", { class: "eg-search", role: "search" }, field, list, status);
		box.addEventListener("keydown", (event) => {
			const buttons = [...list.querySelectorAll("button")];
			const at = buttons.indexOf(document.activeElement);
			const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
			const enter = event.key === "Enter" && at < 0;
			if (event.key === "Escape") list.replaceChildren();
			if (to === undefined && !enter) return;
			event.preventDefault();
			if (!enter) (buttons[to] || field).focus();
			else buttons[0]?.click();
		});
		return box;
	}

	function categories() {
		const options = [say.all_categories, ...counted.categories];
		const field = make("select", {}, ...options.map((name, i) => make("option", { value: i - 1 }, name)));
		field.addEventListener("change", () => {
			chosen.category = Number(field.value);
			choose();
		});
		return make("label", {}, say.category, field);
	}

	function times() {
		const names = [say.whole_period, ...counted.periods.map(([, name]) => name)];
		const field = make("input", { type: "range", min: 0, max: names.length - 1, value: 0 });
		const shown = make("output");
		const write = () => {
			shown.textContent = names[field.value];
			field.setAttribute("aria-valuetext", names[field.value]);
		};
		field.addEventListener("input", () => {
			chosen.period = field.value - 1;
			write();
			choose();
		});
		write();
		return make("label", { class: "eg-time" }, say.time, field, shown);
	}

	const tools = part("tools");
	tools.setAttribute("aria-label", say.tools);
	tools.append(search());
	if (counted?.categories.length > 1) tools.append(categories());
	if (counted?.periods.length > 1) tools.append(times());
	const print = make("button", { type: "button", class: "eg-print" }, say.print);
	print.addEventListener("click", () => window.print());
	tools.append(print);

	// ---- Heading and foot

	part("head").append(make("h1", {}, isolated(data.title)), make("p", {}, `${data.period} · ${data.shown}`));
	const sentences = make("ul", {}, ...data.method.map((sentence) => make("li", {}, sentence)));
	const method = make("details", {}, make("summary", {}, say.method), sentences);
	part("foot").append(make("p", {}, isolated(data.source.join(" · "))), method);

	// ---- Put together

	const container = map.getContainer();
	container.setAttribute("role", "application");
	container.setAttribute("aria-label", data.title);
	L.control.zoom({ zoomInTitle: say.zoom_in, zoomOutTitle: say.zoom_out }).addTo(map);
	const scale = L.control.scale({ imperial: false }).addTo(map);
	scale.getContainer().prepend(make("span", { "aria-hidden": "true" }, "N↑"));
	legend.addTo(map);
	document.body.classList.add("est-geo");

	function fit() {
		map.invalidateSize(still);
		const [gap, beside] = narrow.matches ? [10, 0] : [44, key.offsetWidth];
		const room = { paddingTopLeft: [gap, 54 - gap], paddingBottomRight: [beside + 20, 24] };
		map.fitBounds(data.bounds, { ...still, ...room });
	}
	function limit() {
		map.estGeoFit = map.getZoom();
		map.setMinZoom(map.getZoom() - 0.5);
	}
	fit();
	limit();
	map.estGeoBusy = true;
	for (const layer of layers) if (layer.data.show) layer.addTo(map);
	map.estGeoBusy = false;
	estGeo.arrange(map);

	// The panel and the foot take room from the map and give it back. Until someone has touched the
	// map it is fitted anew: in a frame that is not laid out yet it has no size to be fitted to.
	let touched = false;
	for (const kind of ["pointerdown", "wheel", "keydown"]) {
		document.addEventListener(kind, () => (touched = true), { capture: true, passive: true });
	}
	new ResizeObserver(() => {
		if (touched) return map.invalidateSize(still);
		map.setMinZoom(0);
		fit();
		limit();
	}).observe(container);

	// On paper the map has one size, whatever the window's was, and its legend stays.
	let before = null;
	window.addEventListener("beforeprint", () => {
		before = [map.getCenter(), map.getZoom(), map.getBounds(), key.open, map.getMinZoom()];
		document.body.classList.add("eg-paper");
		key.open = true;
		map.options.minZoom = 0;
		if (before[1] === map.estGeoFit) fit();
		else map.invalidateSize(still).fitBounds(before[2], still);
	});
	window.addEventListener("afterprint", () => {
		document.body.classList.remove("eg-paper");
		[, , , key.open, map.options.minZoom] = before;
		map.invalidateSize(still).setView(before[0], before[1], still);
	});
};
