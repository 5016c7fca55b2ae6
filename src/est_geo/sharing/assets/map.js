// Draws one picture on a Leaflet map. `data` is what est_geo.sharing.map.page_content made.
//
// Text from the data reaches the page only through textContent and setAttribute, so it stays text
// whatever it says. Nothing here asks the network for anything.

"use strict";

function drawHotspotMap(map, data) {
  const say = data.words;
  const narrow = window.matchMedia("(max-width: 640px)");

  // ---- Small helpers -------------------------------------------------------------------------

  // An element with attributes and children; strings become text nodes.
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  // Text from the data, kept apart from the text around it when it runs from right to left.
  const isolated = (text) => make("bdi", {}, text);

  // Rings are whole millionths of a degree, each point a step from the one before.
  function decode(ring) {
    const points = [];
    let latitude = 0;
    let longitude = 0;
    for (let i = 0; i < ring.length; i += 2) {
      latitude += ring[i];
      longitude += ring[i + 1];
      points.push([latitude / 1e6, longitude / 1e6]);
    }
    return points;
  }

  const outline = (shape) => shape.map((polygon) => polygon.map(decode));

  // Panes stack the layers; folium's own layers (z-index 400) come between areas and places.
  function pane(name, zIndex) {
    map.createPane(name).style.zIndex = zIndex;
    return name;
  }
  const panes = {
    areas: pane("est-geo-areas", 380),
    density: pane("est-geo-density", 385),
    borders: pane("est-geo-borders", 390),
    places: pane("est-geo-places", 420),
    names: pane("est-geo-names", 560),
    ranks: pane("est-geo-ranks", 610),
    addresses: pane("est-geo-addresses", 620),
  };

  // ---- The panel -----------------------------------------------------------------------------

  const panel = document.getElementById("est-geo-panel");
  let opener = null;

  function closePanel() {
    if (panel.hidden) return;
    panel.hidden = true;
    panel.replaceChildren();
    if (opener && opener.isConnected) opener.focus({ preventScroll: true });
    opener = null;
  }

  function openPanel(feature, from) {
    const close = make("button", { type: "button", class: "eg-close", "aria-label": say.close }, "×");
    close.addEventListener("click", closePanel);
    const rows = feature.rows.map(([label, value]) => {
      const cell = make("td", {});
      if (Array.isArray(value)) {
        cell.append(make("ul", {}, ...value.map((text) => make("li", {}, isolated(text)))));
      } else {
        cell.append(isolated(value));
      }
      return make("tr", {}, make("th", { scope: "row" }, label), cell);
    });
    const title = make("h2", { id: "est-geo-panel-title" }, isolated(feature.title));
    panel.replaceChildren(
      close,
      make("p", { class: "eg-kind" }, feature.kind),
      title,
      make("table", {}, make("tbody", {}, ...rows)),
    );
    if (feature.note) panel.append(make("p", { class: "eg-note" }, feature.note));
    panel.hidden = false;
    panel.scrollTop = 0;
    opener = from || null;
    close.focus({ preventScroll: true });

    // The panel took room from the map: keep what was clicked in sight, beside the legend.
    const key = legend.getContainer();
    if (narrow.matches) key.open = false;
    map.invalidateSize({ animate: false, pan: false });
    map.panInside(feature.at, {
      paddingTopLeft: [60, 40],
      paddingBottomRight: [key.open ? key.offsetWidth + 40 : 40, 40],
    });
  }

  panel.setAttribute("role", "region");
  panel.setAttribute("aria-label", say.details);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closePanel();
  });

  // ---- Layers --------------------------------------------------------------------------------

  const areas = L.layerGroup();
  const names = [];
  for (const area of data.areas) {
    const shape = outline(area.shape);
    const quiet = { interactive: false, smoothFactor: 0.5 };
    areas.addLayer(
      L.polygon(shape, { ...quiet, pane: panes.areas, stroke: false, fillColor: "#fff", fillOpacity: 1 }),
    );
    // Borders lie over the density, so that they can be followed through it.
    areas.addLayer(
      L.polygon(shape, { ...quiet, pane: panes.borders, color: "#9a9a9a", weight: 1, fill: false }),
    );
    if (data.areas.length > 1 && area.name) {
      const label = make("span", { class: "eg-name" }, area.name);
      names.push({ marker: sign(area.at, label, 0, panes.names, false), element: label });
    }
  }
  names.forEach(({ marker }) => areas.addLayer(marker));

  const density = L.layerGroup(
    data.density.map((level) =>
      L.polygon(outline(level.shape), {
        pane: panes.density,
        interactive: false,
        stroke: false,
        fillColor: level.color,
        fillOpacity: 0.85,
        smoothFactor: 0.5,
      }),
    ),
  );

  // A sign of `size` pixels centred on a point; the element is built by us, never from a string.
  function sign(at, element, size, paneName, reachable = true) {
    const icon = L.divIcon({ className: "eg-sign", html: element, iconSize: [size, size] });
    return L.marker(at, { icon, pane: paneName, interactive: reachable, keyboard: reachable });
  }

  // Lets a sign open the panel by mouse, touch, Enter and space, and says what it is.
  function opens(marker, feature) {
    marker.on("click", () => openPanel(feature, marker.getElement()));
    marker.on("add", () => {
      const element = marker.getElement();
      element.setAttribute("aria-label", `${feature.kind}: ${feature.title}`);
      element.title = feature.title.slice(0, 200);
      if (element.dataset.ready) return;
      element.dataset.ready = "yes";
      element.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          openPanel(feature, element);
        }
      });
    });
    return marker;
  }

  const places = L.layerGroup();
  const ranks = [];
  for (const place of data.places) {
    const line = L.polygon(outline(place.shape), {
      pane: panes.places,
      color: "#b2182b",
      weight: 2,
      dashArray: "5 4",
      fillColor: "#b2182b",
      fillOpacity: 0.04,
      smoothFactor: 0.5,
    });
    line.on("click", () => openPanel(place));
    const disc = make("span", { class: "eg-rank" }, String(place.number));
    const marker = opens(sign(place.at, disc, 20, panes.ranks), place);
    marker.setZIndexOffset(-place.number * 1000);
    ranks.push({ marker, element: disc, number: place.number });
    places.addLayer(line).addLayer(marker);
  }

  const most = Math.max(1, ...data.addresses.map((address) => address.n));
  const addresses = L.layerGroup();
  const rings = [];
  // Drawn from the last to the first, so that number 1 lies on top.
  for (const address of [...data.addresses].reverse()) {
    const size = Math.round(14 + 16 * Math.sqrt(address.n / most));
    const ring = make("span", { class: "eg-ring" }, String(address.number));
    const marker = opens(sign(address.at, ring, size, panes.addresses), address);
    marker.setZIndexOffset(-address.number * 1000);
    rings.unshift({ marker, element: ring, size });
    addresses.addLayer(marker);
  }

  // ---- Signs that do not cover each other ------------------------------------------------------

  const few = 10; // numbers of places in sight before anyone has zoomed in
  const around = [[0, -1], [0.8, -0.8], [-0.8, -0.8], [1.1, 0], [-1.1, 0], [0.8, 0.8], [-0.8, 0.8], [0, 1]];

  // Addresses stay on their point if they can. A place's number moves beside it, a name waits until there is
  // room: what finds none at this zoom is hidden, while its outline stays. At first only the places
  // with most incidents show their number, so that the map is quiet.
  function arrange() {
    const taken = [];
    const free = (box) =>
      taken.every((other) => box[0] >= other[2] || box[2] <= other[0] || box[1] >= other[3] || box[3] <= other[1]);
    const boxAt = (x, y, width, height) => [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
    const where = (marker) => map.latLngToLayerPoint(marker.getLatLng());

    if (map.hasLayer(addresses)) {
      for (const { marker, element, size } of rings) {
        const { x, y } = where(marker);
        // Rings may touch, but no number may be covered: then the ring moves aside by its own size.
        const steps = [[0, 0], ...around.map(([dx, dy]) => [dx * size * 0.8, dy * size * 0.8])];
        const clear = ([dx, dy]) => free(boxAt(x + dx, y + dy, size * 0.6, size * 0.6));
        const [dx, dy] = steps.find(clear) ?? steps[0];
        element.style.transform = `translate(${dx}px, ${dy}px)`;
        taken.push(boxAt(x + dx, y + dy, size, size));
      }
    }
    if (map.hasLayer(places)) {
      const close = map.getZoom() >= map.getMinZoom() + 2;
      for (const { marker, element, number } of ranks) {
        const { x, y } = where(marker);
        const steps = [[0, 0], ...[20, 30].flatMap((far) => around.map(([dx, dy]) => [dx * far, dy * far]))];
        const step =
          (close || number <= few) && steps.find(([dx, dy]) => free(boxAt(x + dx, y + dy, 20, 20)));
        marker.getElement().style.visibility = step ? "" : "hidden";
        if (!step) continue;
        element.style.transform = `translate(${step[0]}px, ${step[1]}px)`;
        taken.push(boxAt(x + step[0], y + step[1], 20, 20));
      }
    }
    if (map.hasLayer(areas)) {
      if (map.hasLayer(places)) {
        for (const { marker } of ranks) {
          const { x, y } = where(marker);
          taken.push(boxAt(x, y, 14, 14)); // the outline, at least
        }
      }
      for (const { marker, element } of names) {
        const { x, y } = where(marker);
        const width = element.offsetWidth + 4;
        const step = [0, -18, 18, -32, 32].find((dy) => free(boxAt(x, y + dy, width, 18)));
        element.style.visibility = step === undefined ? "hidden" : "";
        if (step === undefined) continue;
        element.style.transform = `translate(-50%, calc(-50% + ${step}px))`;
        taken.push(boxAt(x, y + step, width, 18));
      }
    }
  }

  // ---- The legend, which also switches the layers ------------------------------------------------

  function swatch(name, color, ...inside) {
    const box = make("span", { class: `eg-swatch eg-swatch-${name}`, "aria-hidden": "true" }, ...inside);
    if (color) box.style.background = color;
    return box;
  }

  function section(key, layer, count, ...signs) {
    const box = make("input", { type: "checkbox", name: key });
    box.checked = true;
    box.addEventListener("change", () => {
      if (box.checked) layer.addTo(map);
      else layer.remove();
      arrange();
    });
    const label = make("label", {}, box, make("span", {}, count ? `${say[key]} (${count})` : say[key]));
    return make("div", { class: "eg-layer" }, label, ...signs);
  }

  const row = (...children) => make("div", { class: "eg-row" }, ...children);
  const none = () => row(make("span", {}, say.none));

  function legendBody() {
    const classes = data.density.map((level) => row(swatch("class", level.color), level.label)).reverse();
    return [
      make("p", { class: "eg-period" }, data.period),
      section(
        "addresses",
        addresses,
        data.counts.addresses,
        data.addresses.length ? row(swatch("ring", "", "1"), make("span", {}, say.addresses_sign)) : none(),
      ),
      section(
        "places",
        places,
        data.counts.places,
        data.places.length ? row(swatch("place", "", make("span", { class: "eg-rank" }, "1")), make("span", {}, say.places_sign)) : none(),
      ),
      section(
        "density",
        density,
        "",
        ...(classes.length ? [make("div", { class: "eg-unit" }, say.density_unit), ...classes] : [none()]),
      ),
      section("areas", areas, ""),
    ];
  }

  const legend = L.control({ position: "topright" });
  legend.onAdd = () => {
    const body = make("div", { class: "eg-legend-body" }, ...legendBody());
    const box = make("details", { class: "eg-legend" }, make("summary", {}, say.legend), body);
    box.open = !narrow.matches;
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    return box;
  };

  // ---- Heading and foot --------------------------------------------------------------------------

  document
    .getElementById("est-geo-head")
    .append(make("h1", {}, isolated(data.title)), make("p", {}, `${data.period} · ${data.shown}`));
  document.getElementById("est-geo-foot").append(
    make("p", {}, isolated(data.source.join(" · "))),
    make(
      "details",
      {},
      make("summary", {}, say.method),
      make("ul", {}, ...data.method.map((sentence) => make("li", {}, sentence))),
    ),
  );

  // ---- Put together ------------------------------------------------------------------------------

  const container = map.getContainer();
  container.setAttribute("role", "application");
  container.setAttribute("aria-label", data.title);
  L.control.zoom({ position: "topleft", zoomInTitle: say.zoom_in, zoomOutTitle: say.zoom_out }).addTo(map);
  L.control.scale({ position: "bottomleft", imperial: false }).addTo(map);
  legend.addTo(map);
  document.body.classList.add("est-geo");
  map.invalidateSize({ animate: false });

  const beside = narrow.matches ? 0 : legend.getContainer().offsetWidth;
  map.fitBounds(data.bounds, {
    animate: false,
    paddingTopLeft: [narrow.matches ? 10 : 44, narrow.matches ? 44 : 10],
    paddingBottomRight: [beside + 20, 24],
  });
  map.setMinZoom(map.getZoom() - 0.5);
  [areas, density, places, addresses].forEach((layer) => layer.addTo(map));
  arrange();
  map.on("zoomend", arrange);
  // The panel and the foot take room from the map and give it back.
  new ResizeObserver(() => map.invalidateSize({ animate: false, pan: false })).observe(container);
}
