// Plain JavaScript and the first to run: when its code was compiled by an earlier start, Node never
// loads its type stripper, which takes 25 MB and a tenth of a second.
import { enableCompileCache } from "node:module";
import { setFlagsFromString } from "node:v8";

enableCompileCache();
// A young generation this small is collected in less time than it takes to wake other threads for it.
setFlagsFromString("--no-parallel-scavenge");
setFlagsFromString("--no-concurrent-array-buffer-sweeping");
await import("./main.ts");
