// Draws the scale of a branca colormap: what folium asks D3, a third of a megabyte, to do.

"use strict";

function drawColorScale(map, scale) {
	const [low, high] = [scale.limits[0], scale.limits[scale.limits.length - 1]];
	const at = (value) => `${high > low ? (100 * (value - low)) / (high - low) : 0}%`;

	const control = L.control({ position: "topright" });
	control.onAdd = () => {
		const box = L.DomUtil.create("div", "legend");
		box.style.cssText = `width:${scale.width - 50}px;padding:0 25px;color:${CSS.supports("color", scale.textColor) ? scale.textColor : "black"}`;

		const ticks = L.DomUtil.create("div", "", box);
		ticks.style.cssText = "position:relative;height:15px;font-size:10px";
		for (const tick of scale.ticks) {
			if (tick === "") continue;
			const label = L.DomUtil.create("span", "", ticks);
			label.textContent = String(tick);
			label.style.cssText = `position:absolute;transform:translateX(-50%);left:${at(Number(tick))}`;
		}

		const bar = L.DomUtil.create("div", "", box);
		// One stop a colour: the scale is finely divided, so that a step in it stays a step.
		bar.style.cssText = "height:10px";
		bar.style.background = `linear-gradient(to right, ${scale.colors.join(", ")})`;

		const caption = L.DomUtil.create("div", "caption", box);
		caption.style.cssText = "font-size:12px";
		caption.textContent = scale.caption;
		return box;
	};
	control.addTo(map);
}
