/** A function's settings from what a request says: AWS's defaults, and what it refuses. */
import type { Input } from "#model/sdk.ts";
import { notImplemented } from "#model/error.ts";
import { parseArn } from "#services/kit/arn.ts";
import { invalidParameter } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Settings } from "../records.ts";

type Given = Input<"lambda", "CreateFunction"> & Input<"lambda", "UpdateFunctionConfiguration">;

/** What other records told of what the request names; undefined where it names nothing. */
export interface Looked {
  layers: Settings["layers"] | undefined;
  vpc: Settings["vpc"];
}

/** What of a function's configuration Fogbank does not have: refused by name rather than forgotten. */
const refused = {
  ImageConfig: "ImageConfig",
  FileSystemConfigs: "FileSystemConfigs",
  CodeSigningConfigArn: "CodeSigningConfigArn",
  CapacityProviderConfig: "CapacityProviderConfig",
  DurableConfig: "DurableConfig",
  TenancyConfig: "TenancyConfig",
} as const;

/**
 * The settings that a request asks for; what it does not name stays as `present` has it. Throws AWS's
 * error.
 */
export function readSettings(
  input: Partial<Given>,
  operation: string,
  present: Settings | undefined,
  looked: Looked,
): Settings {
  refuseMissing(input, operation);
  const runtime = input.Runtime ?? present?.runtime;
  if (runtime === undefined || (input.Handler ?? present?.handler) === undefined)
    throw invalidParameter(
      "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
    );
  const variables = input.Environment ? input.Environment.Variables : present?.variables;
  if (input.Environment) checkVariables(input.Environment.Variables ?? {});
  const name = input.FunctionName ?? "";
  const logging = input.LoggingConfig;
  const format = logging?.LogFormat ?? present?.logging.format ?? "Text";
  return {
    runtime,
    role: input.Role ?? present!.role,
    handler: (input.Handler ?? present?.handler)!,
    description: input.Description ?? present?.description ?? "",
    timeoutSeconds: input.Timeout ?? present?.timeoutSeconds ?? 3,
    memoryMb: input.MemorySize ?? present?.memoryMb ?? 128,
    ephemeralMb: input.EphemeralStorage?.Size ?? present?.ephemeralMb ?? 512,
    architecture: input.Architectures?.[0] ?? present?.architecture ?? "x86_64",
    variables,
    kmsKeyArn: input.KMSKeyArn === undefined ? present?.kmsKeyArn : input.KMSKeyArn || undefined,
    deadLetterArn: input.DeadLetterConfig
      ? readDeadLetter(input.DeadLetterConfig.TargetArn)
      : present?.deadLetterArn,
    tracingMode: input.TracingConfig?.Mode ?? present?.tracingMode ?? "PassThrough",
    layers: looked.layers ?? present?.layers ?? [],
    logging: {
      format,
      group: logging?.LogGroup ?? present?.logging.group ?? `/aws/lambda/${name}`,
      ...(format === "JSON" && {
        applicationLevel:
          logging?.ApplicationLogLevel ?? present?.logging.applicationLevel ?? "INFO",
        systemLevel: logging?.SystemLogLevel ?? present?.logging.systemLevel ?? "INFO",
      }),
    },
    vpc: input.VpcConfig ? looked.vpc : present?.vpc,
  };
}

function refuseMissing(input: Partial<Given>, operation: string): void {
  if (input.PackageType === "Image")
    throw notImplemented("lambda", operation, "with container images; upload a zip file");
  for (const member of Object.keys(refused) as (keyof typeof refused)[]) {
    const value = input[member];
    const isEmpty =
      value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
    if (!isEmpty) throw notImplemented("lambda", operation, `with ${member}`);
  }
  if (input.SnapStart?.ApplyOn === "PublishedVersions")
    throw notImplemented("lambda", operation, "with SnapStart");
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const reserved = new Set([
  "_HANDLER",
  "_X_AMZN_TRACE_ID",
  "AWS_DEFAULT_REGION",
  "AWS_REGION",
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_VERSION",
  "AWS_LAMBDA_INITIALIZATION_TYPE",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_ACCESS_KEY",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_LAMBDA_RUNTIME_API",
  "LAMBDA_TASK_ROOT",
  "LAMBDA_RUNTIME_DIR",
]);

function checkVariables(variables: Record<string, string>): void {
  const taken = Object.keys(variables).filter((name) => reserved.has(name));
  if (taken.length > 0)
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${taken.join(", ")}`,
    );
  const text = JSON.stringify(variables);
  if (Buffer.byteLength(text) > limits.variablesBytes)
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${text}`,
    );
}

function readDeadLetter(arn: string | undefined): string | undefined {
  if (!arn) return undefined;
  if (!["sqs", "sns"].includes(parseArn(arn)?.service ?? ""))
    throw invalidParameter(`The provided target arn ${arn} is not a valid SQS queue or SNS topic.`);
  return arn;
}
