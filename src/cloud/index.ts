/** What a program imports: `import { startCloud } from "fogbank"`. */
export { startCloud, type Cloud } from "./cloud.ts";
export { OptionError, type CloudOptions } from "./options.ts";
