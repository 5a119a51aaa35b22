// Every card, as Microsoft's own parser reads it: what it complains about, and what it does not know.
"use strict";

const cards = require(`${process.argv[2]}/adaptivecards/dist/adaptivecards.js`);

// Read by code of their own rather than by the schema that a class declares.
const KNOWN = new Set([
  "type", "$schema", "fallback", "fallbackText", "body", "actions", "items", "columns", "rows",
  "cells", "inlines", "facts", "choices", "msteams", "authentication",
]);
const parse = cards.SerializableObject.prototype.internalParse;
let unknown = [];
cards.SerializableObject.prototype.internalParse = function (source, context) {
  if (source && typeof source === "object" && !Array.isArray(source)) {
    const schema = this.getSchema();
    const names = new Set();
    for (let n = 0; n < schema.getCount(); n++) names.add(schema.getItemAt(n).name);
    for (const name of Object.keys(source)) {
      if (!names.has(name) && !KNOWN.has(name)) {
        unknown.push(`${source.type || this.constructor.name}: ${name} is no property of it`);
      }
    }
  }
  return parse.call(this, source, context);
};

function read(source) {
  unknown = [];
  const said = [];
  const card = new cards.AdaptiveCard();
  card.hostConfig = new cards.HostConfig({ actions: { maxActions: 20 } });
  const context = new cards.SerializationContext(cards.Versions.v1_5);
  card.parse(source, context);
  for (let n = 0; n < context.eventCount; n++) said.push(context.getEventAt(n).message);
  const checked = card.validateProperties();
  for (const failure of checked.validationEvents) said.push(failure.message);
  // What the parser dropped, it did not take.
  const kept = (card.toJSON().body || []).length;
  if (kept !== source.body.length) said.push(`${source.body.length - kept} elements are lost`);
  return said.concat(unknown);
}

let text = "";
process.stdin.on("data", (piece) => (text += piece));
process.stdin.on("end", () => {
  const found = {};
  for (const [name, card] of Object.entries(JSON.parse(text))) found[name] = read(card);
  process.stdout.write(JSON.stringify(found));
});
