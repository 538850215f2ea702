import manifest from "../package.json" with { type: "json" };

/** What `npm start` gives to Node. Its shell makes way for Node, so that Fogbank gets the signals that npm passes on. */
export const npmStart = manifest.scripts.start.replace(/^exec node /, "").split(" ");
