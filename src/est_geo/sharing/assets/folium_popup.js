// folium's popups and its "stay in front" layers call jQuery for two small things: to turn HTML
// into an element, and to wait for the page. This is those two, and nothing else of jQuery.
window.$ = (what) => {
	if (what === document) {
		return {
			ready: (run) => (document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", run) : run()),
		};
	}
	const template = document.createElement("template");
	template.innerHTML = what.trim();
	return template.content.children;
};
