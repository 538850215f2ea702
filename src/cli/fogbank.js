// Plain JavaScript and the first to run: when its code was compiled by an earlier start, Node never
// loads its type stripper, which takes 25 MB and a tenth of a second.
import { enableCompileCache } from "node:module";

enableCompileCache();
await import("./main.ts");
