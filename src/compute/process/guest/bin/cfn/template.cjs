/** Mustache, as far as files of AWS::CloudFormation::Init use it. https://mustache.github.io/mustache.5.html */
"use strict";

const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (text) => text.replace(/[&<>"']/g, (character) => escapes[character]);

/** The value of "a.b" in the innermost context that has "a". */
function lookUp(name, contexts) {
  if (name === ".") return contexts.at(-1);
  const [first, ...rest] = name.split(".");
  const holder = contexts.findLast(
    (one) => typeof one === "object" && one !== null && first in one,
  );
  return rest.reduce((value, key) => value?.[key], holder?.[first]);
}

const textOf = (value) =>
  value === undefined || value === null
    ? ""
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);

/** Sections and what stands between them, as a tree. */
function parse(template) {
  const top = { items: [] };
  const open = [top];
  let rest = template;
  for (;;) {
    const found = /\{\{(\{)?\s*([#^/&!]?)\s*([\s\S]*?)\s*\}\}(\})?/.exec(rest);
    const { items } = open.at(-1);
    if (!found) {
      items.push(rest);
      break;
    }
    items.push(rest.slice(0, found.index));
    rest = rest.slice(found.index + found[0].length);
    const [, triple, kind, name] = found;
    if (kind === "!") continue;
    if (kind === "#" || kind === "^") {
      const section = { name, inverted: kind === "^", items: [] };
      items.push(section);
      open.push(section);
    } else if (kind === "/") {
      if (open.length === 1 || open.pop().name !== name)
        throw new Error(`{{/${name}}} closes nothing`);
    } else items.push({ name, raw: triple !== undefined || kind === "&" });
  }
  if (open.length > 1) throw new Error(`{{#${open.at(-1).name}}} is never closed`);
  return top.items;
}

function write(items, contexts) {
  return items
    .map((item) => {
      if (typeof item === "string") return item;
      const value = lookUp(item.name, contexts);
      if (!item.items) return item.raw ? textOf(value) : escape(textOf(value));
      const present = Array.isArray(value) ? value.length > 0 : Boolean(value);
      if (item.inverted) return present ? "" : write(item.items, contexts);
      if (!present) return "";
      const all = Array.isArray(value) ? value : [value];
      return all.map((one) => write(item.items, [...contexts, one])).join("");
    })
    .join("");
}

const render = (template, context) => write(parse(template), [context]);

module.exports = { render };
