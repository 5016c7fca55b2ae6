// What every script of ours uses: elements made of text, and numbers read from the page's data.
//
// Text from the data reaches a page only through textContent and setAttribute, so it stays text
// whatever it says. Nothing here asks the network for anything.

"use strict";

const estGeo = (() => {
	const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const DIGITS = new Uint8Array(128);
	for (let digit = 0; digit < 64; digit++) DIGITS[LETTERS.charCodeAt(digit)] = digit;

	const add = (element, attributes, children) => {
		for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
		element.append(...children);
		return element;
	};

	// An element with attributes and children; strings become text nodes.
	const make = (tag, attributes = {}, ...children) => add(document.createElement(tag), attributes, children);
	const draw = (tag, attributes = {}, ...children) =>
		add(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

	// Text from the data, kept apart from the text around it when it runs from right to left.
	const isolated = (text) => make("bdi", {}, text);

	// Fills the gaps of a text; what fills them is never itself read for gaps.
	const fill = (text, ...values) => text.split("{}").reduce((a, b, i) => a + values[i - 1] + b);

	const read = (id) => JSON.parse(document.getElementById(id).textContent);

	// Whole numbers from 0 out of one text: five bits a letter, the lowest first.
	function numbers(text) {
		const found = new Int32Array(text.length);
		let count = 0;
		let value = 0;
		let shift = 0;
		for (let i = 0; i < text.length; i++) {
			const digit = DIGITS[text.charCodeAt(i)];
			value |= (digit & 31) << shift;
			shift += 5;
			if (digit < 32) {
				found[count++] = value;
				value = shift = 0;
			}
		}
		return found.subarray(0, count);
	}

	// Lines are whole millionths of a degree, each point a step from the one before.
	function line(steps) {
		const points = [];
		let latitude = 0;
		let longitude = 0;
		for (let i = 0; i < steps.length; i += 2) {
			latitude += steps[i];
			longitude += steps[i + 1];
			points.push([latitude / 1e6, longitude / 1e6]);
		}
		return points;
	}

	const shape = (polygons) => polygons.map((rings) => rings.map(line));

	return { make, draw, isolated, fill, read, numbers, line, shape };
})();
