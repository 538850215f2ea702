import { join } from "node:path";

/** The folder of the programs that run handlers in languages whose runtimes AWS brings. */
export const runtimePrograms = join(import.meta.dirname, "runtimes");
