#!/usr/bin/env node
// The one door of every npm script: `node scripts/run.cjs start` runs scripts/start.ts. Written in old JavaScript, so that
// an old Node gets a sentence and not a syntax error. npm puts node_modules/.bin first on PATH, where the Node that the
// tools need (devDependency `node`) lies; the one it was installed with may be older.
"use strict";
var path = require("node:path");

var major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  console.error(
    "Runlight's tools need Node 24 and this is Node " +
      process.versions.node +
      '. "npm ci" brings Node 24 into node_modules (with dev dependencies, with install scripts allowed, on Node 20 or ' +
      'newer); then run the npm script itself, e.g. "npm start".',
  );
  process.exit(1);
}
try {
  require.resolve("miniflare");
} catch (_error) {
  console.error('The dependencies are missing. Run "npm ci" first.');
  process.exit(1);
}
var name = process.argv.splice(2, 1)[0];
import(`./${path.basename(String(name))}.ts`).then(
  (script) => script.main(),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
