// Elements, and the texts in them, which follow the language. Nothing here or
// elsewhere parses markup: what comes from a record is only ever text.
import { texts } from './text.js';

const LANGUAGES = { nl: 'Nederlands', en: 'English' };
const KEY = 'hub.language';

// What each element says: by attribute ('' is its content) a function.
const told = new WeakMap();

// A browser may have no storage for us; then nothing is remembered.
function remembered() {
	try {
		return localStorage.getItem(KEY);
	} catch {
		return null;
	}
}

function firstLanguage() {
	const wanted = [remembered(), ...navigator.languages]
		.map((tag) => (tag ?? '').slice(0, 2).toLowerCase());
	return wanted.find((code) => code in LANGUAGES) ?? 'nl';
}

let current = firstLanguage();

export const language = () => current;
export const languages = () => Object.entries(LANGUAGES);
export const has = (key) => key in texts.nl;

// The text of KEY with its {names} filled in from VALUES; a value that is a
// function is asked each time, since a date is written by language too.
export function t(key, values = {}) {
	return texts[current][key].replaceAll(/\{(\w+)\}/g, (all, name) => {
		const value = values[name];
		return String(typeof value === 'function' ? value() : value);
	});
}

function put(element, attribute, text) {
	if (attribute === '')
		element.textContent = text;
	else
		element.setAttribute(attribute, text);
}

// Lets the element say what FIND returns, now and in every language. Without
// FIND it falls silent.
export function sayBy(element, find, attribute = '') {
	const saying = told.get(element) ?? new Map();

	told.set(element, saying.set(attribute, find ?? (() => '')));
	put(element, attribute, find?.() ?? '');
}

export function say(element, key, values, attribute) {
	sayBy(element, () => t(key, values), attribute);
}

export function setLanguage(code) {
	current = code;
	document.documentElement.lang = code;
	try {
		localStorage.setItem(KEY, code);
	} catch {
		// It holds for this page.
	}
	for (const element of document.querySelectorAll('*'))
		for (const [attribute, find] of told.get(element) ?? [])
			put(element, attribute, find());
}

document.documentElement.lang = current;

function saying(element, what, attribute) {
	if (typeof what === 'function') {
		sayBy(element, what, attribute);
		return;
	}
	const [key, values] = [what].flat();
	say(element, key, values, attribute);
}

// An element. Of the members that are no attributes, "text" is a key of the
// texts, or [key, values], or a function; "tell" gives the same for attributes;
// "on" has listeners. Children that are strings are text, null is nothing.
export function h(name, { text, tell = {}, on = {}, ...attributes } = {},
	...children) {
	const element = document.createElement(name);

	for (const [key, value] of Object.entries(attributes))
		if (value !== undefined && value !== null && value !== false)
			element.setAttribute(key, value === true ? '' : value);
	for (const [attribute, what] of Object.entries(tell))
		saying(element, what, attribute);
	for (const [type, listener] of Object.entries(on))
		element.addEventListener(type, listener);
	if (text !== undefined)
		saying(element, text, '');
	element.append(...children.flat().filter((child) => child !== null));
	return element;
}

let names = 0;

// An id that no other element has.
export const newId = (stem) => `${stem}-${++names}`;

// A short message that is read out when it changes.
export const statusLine = (more = {}) => h('p', { role: 'status', ...more });

// An error that is read out at once.
export const alertBox = (...children) =>
	h('div', { class: 'alert', role: 'alert' }, ...children);

// A button that can be busy: then it is not used twice.
export async function whileBusy(button, act) {
	if (button.getAttribute('aria-disabled') === 'true')
		return;
	button.setAttribute('aria-disabled', 'true');
	try {
		await act();
	} finally {
		button.removeAttribute('aria-disabled');
	}
}

function inLanguage(options, value) {
	return new Intl.DateTimeFormat(current === 'nl' ? 'nl-NL' : 'en-GB',
		options).format(value);
}

// A moment, in the time of the one who looks.
export const moment = (text) => inLanguage(
	{ dateStyle: 'long', timeStyle: 'short' }, new Date(text));

// A day of the calendar, which is the same everywhere.
export const day = (year, month, date) => inLanguage(
	{ dateStyle: 'long', timeZone: 'UTC' },
	new Date(Date.UTC(year, month - 1, date)));
