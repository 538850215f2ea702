#!/usr/bin/env node
// The first file that runs on a user's Node, whichever that is: it has to be understood by old ones.
import module from "node:module";

const oldest = 24;
if (Number(process.versions.node.split(".")[0]) < oldest) {
  process.stderr.write(`fogbank needs Node ${oldest} or newer; this is ${process.version}\n`);
  process.exitCode = 2;
} else {
  module.enableCompileCache();
  await import("./lib/main.js");
}
