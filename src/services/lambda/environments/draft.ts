/** What an environment of a version is made from: code, layers, variables, credentials. */
import { isoMillis } from "#runtime/date.ts";
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { functionArn, sessionName } from "../arns.ts";
import type { CodeStore } from "../code/code-store.ts";
import type { VersionRecord } from "../records.ts";
import type { Languages } from "../runtimes/languages.ts";
import { findRuntime } from "../runtimes/runtimes.ts";
import type { Blueprint } from "./execution-environment.ts";

/** The version's program is not there: a package without its bootstrap, a host without its language. */
export class NoProgram extends Error {
  override name = "NoProgram";
}

export function createDraft(
  env: Pick<Environment, "clients" | "clock" | "gateway" | "log" | "random">,
  { codes, languages }: { codes: CodeStore; languages: Languages },
  layerPackages: (record: VersionRecord) => Promise<string[]>,
) {
  return async (scope: Scope, record: VersionRecord, scratchDir: string): Promise<Blueprint> => {
    const taskDir = await codes.unpacked(record.code.sha256);
    const optDir = await codes.merged(await layerPackages(record));
    const program = await findRuntime(record.settings.runtime, languages, { taskDir, optDir });
    if (!program) throw new NoProgram();
    const day = isoMillis(env.clock.now()).slice(0, 10).replaceAll("-", "/");
    const logStream = `${day}/[${record.version}]${env.random.hex(32)}`;
    const credentials = await assume(env, scope, record);
    return {
      scope,
      record,
      program,
      taskDir,
      optDir,
      scratchDir,
      logStream,
      variables: {
        ...record.settings.variables,
        ...variablesOf(scope, record, logStream),
        ...credentials,
        AWS_ENDPOINT_URL: env.gateway.endpoint,
      },
    };
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
function variablesOf(scope: Scope, record: VersionRecord, logStream: string) {
  const { functionName, version, settings } = record;
  const { logging } = settings;
  return {
    _HANDLER: settings.handler,
    AWS_REGION: scope.region,
    AWS_DEFAULT_REGION: scope.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${settings.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: version,
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: logging.group,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    ...(logging.format === "JSON" && {
      AWS_LAMBDA_LOG_FORMAT: "JSON",
      AWS_LAMBDA_LOG_LEVEL: logging.applicationLevel ?? "INFO",
    }),
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
  };
}

/** The role's credentials; without any, calls of the function are refused as they would be on AWS. */
async function assume(
  env: Pick<Environment, "clients" | "log">,
  scope: Scope,
  { functionName, settings }: VersionRecord,
): Promise<Record<string, string>> {
  const arn = functionArn(scope, functionName);
  try {
    const { Credentials } = await env.clients
      .sts(asService(scope, "lambda.amazonaws.com", arn))
      .AssumeRole({
        RoleArn: settings.role,
        RoleSessionName: sessionName(functionName),
        DurationSeconds: 3600,
      });
    return {
      AWS_ACCESS_KEY_ID: Credentials!.AccessKeyId!,
      AWS_SECRET_ACCESS_KEY: Credentials!.SecretAccessKey!,
      AWS_SESSION_TOKEN: Credentials!.SessionToken!,
    };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    env.log.warn("Lambda cannot assume a function's role", { arn, role: settings.role, error });
    return {};
  }
}
