/** What a command other than `up` was given. */
import { parseArgs, type ParseArgsConfig } from "node:util";
import { OptionError } from "#cloud/options.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

/** The command's options and the words beside them. Throws OptionError with the usage for options it does not have. */
export function readArguments<T extends Options>(
  args: readonly string[],
  options: T,
  usage: string,
) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new OptionError(`${(error as Error).message}\n${usage}`);
  }
}
