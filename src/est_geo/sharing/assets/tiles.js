// Lays a background of tiles under a Leaflet map. Whether the server answers or not, everything
// else on the map stays as it is; that it does not answer is said in words.

"use strict";

function addTiles(map, tiles) {
	const pane = "est-geo-tiles";
	map.createPane(pane).style.zIndex = 150; // under everything that is drawn
	// Districts are white on a page without tiles; here they must let them through.
	const clear = document.createElement("style");
	clear.textContent = '.leaflet-est-geo-areas-pane path[fill="#fff"] { fill-opacity: 0; }';
	document.head.append(clear);

	// Leaflet takes an attribution for HTML; this makes it text.
	function asText(text) {
		const holder = document.createElement("bdi");
		holder.textContent = text;
		return holder.outerHTML;
	}

	// Over the scale bar: the other corners belong to the legend and the panel.
	const credit = map.attributionControl || L.control.attribution({ position: "bottomleft" });
	if (!map.attributionControl) credit.addTo(map);
	credit.getContainer().style.fontSize = "12px";
	credit.setPrefix(false);
	credit.getContainer().setAttribute("role", "status");

	const layer = L.tileLayer(tiles.url, {
		pane,
		minZoom: 0,
		maxZoom: Math.max(19, map.getMaxZoom() < Infinity ? map.getMaxZoom() : 0),
		maxNativeZoom: 19,
		attribution: asText(tiles.attribution),
		errorTileUrl: "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
	});

	// Said while nothing has come; a single missing tile at the edge is nothing to speak of.
	const silent = asText(tiles.silent);
	let answered = false;
	let said = false;
	layer.on("tileload", (event) => {
		if (event.tile.src.startsWith("data:")) return; // the blank picture in place of a failed one
		answered = true;
		if (said) credit.removeAttribution(silent);
		said = false;
	});
	layer.on("tileerror", () => {
		if (answered || said) return;
		credit.addAttribution(silent);
		said = true;
	});
	layer.addTo(map);
}
