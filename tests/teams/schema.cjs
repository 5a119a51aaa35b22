// What Microsoft's own schema of manifests says of each of them.
"use strict";

const modules = process.argv[2];
const Ajv = require(`${modules}/ajv-draft-04`);
const formats = require(`${modules}/ajv-formats`);

let text = "";
process.stdin.on("data", (piece) => (text += piece));
process.stdin.on("end", () => {
  const found = {};
  for (const [name, manifest] of Object.entries(JSON.parse(text))) {
    const version = `v${manifest.manifestVersion}`;
    const folder = `${modules}/@microsoft/app-manifest/build/json-schemas/teams`;
    const ajv = new Ajv({ allErrors: true, strict: false });
    formats(ajv);
    const check = ajv.compile(require(`${folder}/${version}/MicrosoftTeams.schema.json`));
    check(manifest);
    found[name] = (check.errors || []).map((e) => `${e.instancePath}: ${e.message}`);
  }
  process.stdout.write(JSON.stringify(found));
});
