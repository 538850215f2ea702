/** How each runtime is run here. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { notImplemented } from "#model/error.ts";
import { runtimePrograms } from "#compute/sandbox/runtime-programs.ts";
import type { SandboxPaths } from "#compute/sandbox/sandbox.ts";
import { invalidParameter } from "../errors.ts";
import type { Languages } from "./languages.ts";

/** What a runtime needs of the host, and how it is started. */
export interface RuntimeProgram {
  /** Host paths by where they are seen within; see SandboxSpec.mounts. */
  mounts: Record<string, string>;
  command: (paths: SandboxPaths) => string[];
  environment: (paths: SandboxPaths) => Record<string, string>;
}

const within = "/var/runtime";
/** AWS takes no new functions for these any more. */
const ended =
  /^(nodejs|nodejs(4\.3(-edge)?|6\.10|8\.10|10\.x|12\.x|14\.x|16\.x)|python(2\.7|3\.[678])|java8|go1\.x|ruby2\.\d|dotnetcore\d\.\d|dotnet6)$/;

/** Throws AWS's error for a runtime that ended, 501 for one that cannot be run here. */
export async function checkRuntime(runtime: string, languages: Languages): Promise<void> {
  if (ended.test(runtime))
    throw invalidParameter(
      `The runtime parameter of ${runtime} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.`,
    );
  if (/^(nodejs|provided)/.test(runtime)) return;
  if (!runtime.startsWith("python"))
    throw notImplemented(
      "lambda",
      "CreateFunction",
      `with the runtime ${runtime}: Node.js, Python and provided ones run here`,
    );
  if ((await languages.python(runtime)) === undefined)
    throw notImplemented("lambda", "CreateFunction", `with ${runtime}: this host has no python3`);
}

/** Undefined where its program is not there (any more). */
export async function findRuntime(
  runtime: string,
  languages: Languages,
  { taskDir, optDir }: { taskDir: string; optDir: string | undefined },
): Promise<RuntimeProgram | undefined> {
  if (runtime.startsWith("nodejs")) return nodeProgram();
  if (runtime.startsWith("python")) return pythonProgram(await languages.python(runtime));
  return providedProgram(taskDir, optDir);
}

function nodeProgram(): RuntimeProgram {
  const node = realpathSync(process.execPath);
  const modules = sdkModules();
  return {
    mounts: {
      [node]: "/var/lang/bin/node",
      [runtimePrograms]: within,
      ...(modules !== undefined && { [modules]: "/var/lang/lib/node_modules" }),
    },
    command: (paths) => [paths.of(node), join(paths.of(runtimePrograms), "node.mjs")],
    environment: (paths) => ({
      NODE_PATH: [paths.opt ?? "/opt", "nodejs", "node_modules"].join("/"),
      ...(modules !== undefined && {
        FOGBANK_SDK_FROM: pathToFileURL(join(dirname(paths.of(modules)), "index.mjs")).href,
      }),
    }),
  };
}

/** Where the AWS SDK for JavaScript lies that Fogbank itself has; the package has none. */
function sdkModules(): string | undefined {
  try {
    const found = createRequire(runtimePrograms).resolve("@aws-sdk/client-sts/package.json");
    return dirname(dirname(dirname(found)));
  } catch {
    return undefined;
  }
}

function pythonProgram(python: string | undefined): RuntimeProgram | undefined {
  if (python === undefined) return undefined;
  return {
    mounts: { [runtimePrograms]: within },
    command: (paths) => [python, "-u", join(paths.of(runtimePrograms), "python.py")],
    environment: (paths) => ({
      FOGBANK_PYTHON_PATH: paths.opt === undefined ? "" : join(paths.opt, "python"),
    }),
  };
}

/** The function, or a layer, brings the program that asks for events. */
function providedProgram(taskDir: string, optDir: string | undefined): RuntimeProgram | undefined {
  const isOwn = existsSync(join(taskDir, "bootstrap"));
  if (!isOwn && !(optDir !== undefined && existsSync(join(optDir, "bootstrap")))) return undefined;
  return {
    mounts: {},
    command: (paths) => [join(isOwn ? paths.task : paths.opt!, "bootstrap")],
    environment: () => ({}),
  };
}
