// The page of a map: heading, tools, legend, panel and foot around the layers.

"use strict";

estGeo.page = (map, data) => {
	const { make, isolated, fill, numbers, tell } = estGeo;
	const say = data.words;
	const narrow = window.matchMedia("(max-width: 640px)");
	const part = (name) => document.getElementById(`est-geo-${name}`);
	const layers = data.layers.map((layer) => {
		layer.words = say;
		return estGeo.layer(layer);
	});
	const sites = layers.find((layer) => layer.choose);
	const counted = sites && sites.cells ? data.layers[layers.indexOf(sites)].sites : null;
	const chosen = { period: -1, category: -1 };
	const isChosen = () => chosen.period >= 0 || chosen.category >= 0;

	// ---- The panel

	const panel = part("panel");
	let opener = null;

	function closePanel() {
		if (panel.hidden) return;
		panel.hidden = true;
		panel.replaceChildren();
		if (opener && opener.isConnected) opener.focus({ preventScroll: true });
		opener = null;
	}

	// Sites of a place, each a step from the one before.
	const members = (feature) => {
		let site = 0;
		return [...numbers(feature.sites)].map((step) => (site += step));
	};

	map.estGeoPanel = (feature, from) => {
		const close = make("button", { type: "button", class: "eg-close", "aria-label": say.close }, "×");
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
		map.invalidateSize({ animate: false, pan: false });
		const beside = key.open ? key.offsetWidth + 40 : 40;
		map.panInside(feature.at, { paddingTopLeft: [60, 40], paddingBottomRight: [beside, 40] });
	};
	panel.setAttribute("aria-label", say.details);
	document.addEventListener("keydown", (event) => {
		if (event.key === "Escape") closePanel();
	});

	// ---- The legend, which also switches the layers

	const swatch = (sign, color) => {
		const box = make("span", { class: `eg-swatch eg-swatch-${sign}`, "aria-hidden": "true" });
		if (color) box.style.background = color;
		return box;
	};
	const boxes = new Map();
	const rest = [];
	const whole = ({ data: of }) => (of.unit || of.count) && !["sites", "places"].includes(of.key);

	function section(layer, { name, count, legend, unit, show, key }) {
		const box = make("input", { type: "checkbox", name: key });
		box.checked = show;
		box.addEventListener("change", () => (box.checked ? layer.addTo(map) : layer.remove()));
		boxes.set(layer, box);
		const label = make("label", {}, box, make("span", {}, count ? `${name} (${count})` : name));
		const rows = legend.map(([sign, color, text]) =>
			make("div", { class: "eg-row" }, swatch(sign, color), make("span", {}, text)),
		);
		if (unit) rows.unshift(make("div", { class: "eg-unit" }, unit));
		if (whole(layer)) {
			rows.push(make("div", { class: "eg-unit eg-whole" }, say.all_period));
		}
		return make("div", { class: "eg-layer" }, label, ...rows);
	}

	const period = make("p", { class: "eg-period" }, data.period);
	const sections = layers.map((layer, i) => section(layer, data.layers[i])).reverse();
	const body = make("div", { class: "eg-legend-body" }, period, ...sections);
	const key = make("details", { class: "eg-legend" }, make("summary", {}, say.legend), body);
	key.open = !narrow.matches;
	L.DomEvent.disableClickPropagation(key);
	L.DomEvent.disableScrollPropagation(key);
	const legend = L.control({ position: "topright" });
	legend.onAdd = () => key;

	// ---- Tools: search, category, time, print

	function choose() {
		sites.choose(chosen.period, chosen.category);
		for (const layer of layers) {
			for (const feature of layer === sites ? [] : layer.data.features) {
				if (!feature.sites) continue;
				feature.n = members(feature).reduce((sum, site) => sum + sites.n[site], 0);
				feature.off = !feature.n;
			}
			if (map.hasLayer(layer) && layer.hide) layer.hide();
		}
		// What cannot follow a choice is taken off, so that two spans are never read as one.
		if (!isChosen()) {
			rest.splice(0).forEach((layer) => map.hasLayer(layer) || boxes.get(layer).click());
		} else if (!rest.length) {
			rest.push(...layers.filter((layer) => whole(layer) && map.hasLayer(layer)));
			rest.forEach((layer) => boxes.get(layer).click());
			if (!map.hasLayer(sites)) boxes.get(sites).click();
		}
		document.body.classList.toggle("eg-chosen", isChosen());
		period.textContent = chosen.period < 0 ? data.period : counted.periods[chosen.period][1];
		if (chosen.category >= 0) period.append(` · ${counted.categories[chosen.category]}`);
		estGeo.arrange(map);
	}

	function search() {
		const known = layers.flatMap((layer) => layer.data.features.filter((f) => f.title));
		const field = make("input", { type: "search", "aria-label": say.search, placeholder: say.search });
		const list = make("ul", { class: "eg-found" });
		const status = make("span", { class: "eg-unseen", role: "status" });
		let texts = null;
		const lower = (text) => text.toLocaleLowerCase(data.language);
		const show = (feature) => {
			list.replaceChildren();
			map.setView(feature.at, Math.max(map.getZoom(), 16), { animate: false });
			map.estGeoPanel(feature, field);
		};
		field.addEventListener("input", () => {
			texts = texts || known.map((f) => [lower(f.title), f]);
			const wanted = lower(field.value.trim());
			const found = wanted ? texts.filter(([text]) => text.includes(wanted)).map(([, f]) => f) : [];
			const titles = new Set(found.map((f) => f.title));
			for (let i = 0; wanted && sites && i < sites.count && found.length < 8; i++) {
				const name = sites.name(i);
				if (titles.has(name) || !lower(name).includes(wanted)) continue;
				found.push(sites.feature(i));
			}
			const buttons = found.slice(0, 8).map((feature) => {
				const text = [isolated(feature.title), make("small", {}, feature.kind)];
				const button = make("button", { type: "button" }, ...text);
				button.addEventListener("click", () => show(feature));
				return make("li", {}, button);
			});
			status.textContent = !wanted ? "" : found.length ? fill(say.found, found.length) : say.nothing_found;
			list.replaceChildren(...buttons);
			if (wanted && !found.length) list.append(make("li", {}, say.nothing_found));
		});
		const box = make("div", { class: "eg-search", role: "search" }, field, list, status);
		box.addEventListener("keydown", (event) => {
			const buttons = [...list.querySelectorAll("button")];
			const at = buttons.indexOf(document.activeElement);
			const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
			if (event.key === "Escape") list.replaceChildren();
			const enter = event.key === "Enter" && at < 0;
			if (to === undefined && !enter) return;
			event.preventDefault();
			if (!enter) (buttons[to] || field).focus();
			else if (buttons.length) buttons[0].click();
		});
		return box;
	}

	function categories() {
		const field = make("select", {}, make("option", { value: -1 }, say.all_categories));
		counted.categories.forEach((name, i) => field.append(make("option", { value: i }, name)));
		field.addEventListener("change", () => {
			chosen.category = Number(field.value);
			choose();
		});
		return make("label", {}, say.category, field);
	}

	function times() {
		const names = [say.whole_period, ...counted.periods.map(([, name]) => name)];
		const most = names.length - 1;
		const field = make("input", { type: "range", min: 0, max: most, value: 0, step: 1 });
		const shown = make("output", {});
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
	if (counted && counted.categories.length > 1) tools.append(categories());
	if (counted && counted.periods.length > 1) tools.append(times());
	const print = make("button", { type: "button", class: "eg-print" }, say.print);
	print.addEventListener("click", () => window.print());
	tools.append(print);

	// ---- Heading and foot

	const about = make("p", {}, `${data.period} · ${data.shown}`);
	part("head").append(make("h1", {}, isolated(data.title)), about);
	const sentences = data.method.map((sentence) => make("li", {}, sentence));
	const method = make("details", {}, make("summary", {}, say.method), make("ul", {}, ...sentences));
	part("foot").append(make("p", {}, isolated(data.source.join(" · "))), method);

	// ---- Put together

	const container = map.getContainer();
	container.setAttribute("role", "application");
	container.setAttribute("aria-label", data.title);
	L.control.zoom({ position: "topleft", zoomInTitle: say.zoom_in, zoomOutTitle: say.zoom_out }).addTo(map);
	const scale = L.control.scale({ position: "bottomleft", imperial: false }).addTo(map);
	scale.getContainer().prepend(make("span", { class: "eg-north", "aria-hidden": "true" }, "N↑"));
	legend.addTo(map);
	document.body.classList.add("est-geo");

	function fit() {
		map.invalidateSize({ animate: false });
		const [gap, beside] = narrow.matches ? [10, 0] : [44, key.offsetWidth];
		map.fitBounds(data.bounds, {
			animate: false,
			paddingTopLeft: [gap, 54 - gap],
			paddingBottomRight: [beside + 20, 24],
		});
	}
	fit();
	map.estGeoFit = map.getZoom();
	map.setMinZoom(map.getZoom() - 0.5);
	layers.forEach((layer) => boxes.get(layer).checked && layer.addTo(map));

	// The panel and the foot take room from the map and give it back.
	new ResizeObserver(() => map.invalidateSize({ animate: false, pan: false })).observe(container);

	// On paper the map has one size, whatever the window's was, and its legend stays.
	let before = null;
	window.addEventListener("beforeprint", () => {
		before = [map.getCenter(), map.getZoom(), map.getBounds(), key.open, map.getMinZoom()];
		document.body.classList.add("eg-paper");
		key.open = true;
		map.options.minZoom = 0;
		if (before[1] === map.estGeoFit) fit();
		else map.invalidateSize({ animate: false }).fitBounds(before[2], { animate: false });
	});
	window.addEventListener("afterprint", () => {
		const [centre, zoom, , open, least] = before;
		document.body.classList.remove("eg-paper");
		key.open = open;
		map.options.minZoom = least;
		map.invalidateSize({ animate: false }).setView(centre, zoom, { animate: false });
	});
};
