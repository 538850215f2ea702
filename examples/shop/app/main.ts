/** One bundle, two roles: `node shop.mjs web` serves customers, `node shop.mjs worker` works orders off. */
import { createCloud } from "./cloud.ts";
import { readConfig } from "./config.ts";
import { serve } from "./web.ts";
import { work } from "./worker.ts";

const config = readConfig(process.env);
const cloud = createCloud(config);
const role = process.argv[2];

if (role === "web") await serve(config, cloud);
else if (role === "worker") await work(cloud);
else throw new Error(`say "web" or "worker", not "${role}"`);
