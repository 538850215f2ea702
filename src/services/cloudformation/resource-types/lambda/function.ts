import { AwsError } from "#model/error.ts";
import { zip } from "#services/kit/zip.ts";
import { responseModules } from "../../custom-resource/response-modules.ts";
import { pick, tagChanges } from "../properties.ts";
import {
  defineResourceType,
  ResourceFailure,
  type ExistingRequest,
  type Properties,
  type StackClients,
} from "../resource-type.ts";

/** Properties that are settings of the same name. */
const settings = [
  "DeadLetterConfig",
  "Description",
  "Environment",
  "EphemeralStorage",
  "Handler",
  "KmsKeyArn",
  "Layers",
  "LoggingConfig",
  "MemorySize",
  "Role",
  "Runtime",
  "SnapStart",
  "Timeout",
  "TracingConfig",
  "VpcConfig",
] as const;

/** What a setting is when the template names it no more. */
const cleared: Properties = {
  DeadLetterConfig: {},
  Description: "",
  Environment: { Variables: {} },
  EphemeralStorage: { Size: 512 },
  KmsKeyArn: "",
  Layers: [],
  MemorySize: 128,
  Timeout: 3,
  TracingConfig: { Mode: "PassThrough" },
  VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html */
export const resourceType = defineResourceType({
  type: "AWS::Lambda::Function",
  name: { property: "FunctionName", maxLength: 64 },
  unsupported: {
    "Code.ImageUri": "functions are zip files",
    CodeSigningConfigArn: "code is not signed",
    FileSystemConfigs: "functions have no file systems",
    ImageConfig: "functions are zip files",
  },
  async create({ clients, properties, name, tags }) {
    await clients.lambda.CreateFunction({
      FunctionName: name,
      ...renamed(pick(properties, ...settings, "Architectures", "PackageType")),
      Role: properties["Role"],
      Code: await codeOf(properties),
      Tags: tags,
    });
    return name;
  },
  async find({ clients, name }) {
    try {
      await clients.lambda.GetFunctionConfiguration({ FunctionName: name });
      return name;
    } catch (error) {
      if (error instanceof AwsError && error.code === "ResourceNotFoundException") return undefined;
      throw error;
    }
  },
  async configure({ clients, properties, physicalId }) {
    await setConcurrency(clients, properties, physicalId);
  },
  stabilize: async ({ clients, physicalId }) => isSettled(clients, physicalId),
  async update(request) {
    const { clients, properties, physicalId: FunctionName, changed } = request;
    const { lambda } = clients;
    if (changed.includes("Code")) {
      await lambda.UpdateFunctionCode({ FunctionName, ...(await codeOf(properties)) });
      await settle(request);
    }
    const others = settings.filter((name) => changed.includes(name));
    if (others.length > 0) {
      const wanted = Object.fromEntries(
        others.map((name) => [name, properties[name] ?? cleared[name]]),
      );
      await lambda.UpdateFunctionConfiguration({ FunctionName, ...renamed(wanted) });
    }
    if (changed.includes("ReservedConcurrentExecutions"))
      await setConcurrency(clients, properties, FunctionName);
    const { added, removed } = tagChanges(request);
    const { FunctionArn: Resource } = await lambda.GetFunctionConfiguration({ FunctionName });
    if (removed.length > 0) await lambda.UntagResource({ Resource, TagKeys: removed });
    if (Object.keys(added).length > 0) await lambda.TagResource({ Resource, Tags: added });
  },
  async delete({ clients, physicalId }) {
    await clients.lambda.DeleteFunction({ FunctionName: physicalId });
  },
  async attributes({ clients, physicalId }) {
    const found = await clients.lambda.GetFunctionConfiguration({ FunctionName: physicalId });
    return {
      Arn: found.FunctionArn,
      "SnapStartResponse.ApplyOn": found.SnapStart?.ApplyOn,
      "SnapStartResponse.OptimizationStatus": found.SnapStart?.OptimizationStatus,
    };
  },
});

/** The API writes KMS in capitals. */
function renamed({ KmsKeyArn, ...rest }: Properties): Record<string, never> {
  return { ...rest, ...(KmsKeyArn !== undefined && { KMSKeyArn: KmsKeyArn }) } as never;
}

/** Text in the template is a file called index, in the runtime's language; beside it lies what AWS lays there. */
async function codeOf(properties: Properties): Promise<Record<string, never>> {
  const { ZipFile, ...elsewhere } = properties["Code"] as Properties;
  if (ZipFile === undefined) return pick(elsewhere, "S3Bucket", "S3Key", "S3ObjectVersion");
  const runtime = String(properties["Runtime"]);
  const text = String(ZipFile);
  const file = runtime.startsWith("python") ? "index.py" : "index.js";
  return { ZipFile: zip({ [file]: text, ...responseModules(runtime, text) }) } as never;
}

async function setConcurrency(
  { lambda }: StackClients,
  properties: Properties,
  FunctionName: string,
): Promise<void> {
  const wanted = properties["ReservedConcurrentExecutions"] as number | undefined;
  if (wanted === undefined) await lambda.DeleteFunctionConcurrency({ FunctionName });
  else await lambda.PutFunctionConcurrency({ FunctionName, ReservedConcurrentExecutions: wanted });
}

const unstable = (name: string) =>
  new ResourceFailure(
    `Resource of type 'AWS::Lambda::Function' with identifier '${name}' did not stabilize.`,
  );

async function isSettled({ lambda }: StackClients, FunctionName: string): Promise<boolean> {
  const found = await lambda.GetFunctionConfiguration({ FunctionName });
  if (found.State === "Failed" || found.LastUpdateStatus === "Failed") throw unstable(FunctionName);
  return found.State === "Active" && found.LastUpdateStatus === "Successful";
}

/** Packages of 250 MB are unpacked much sooner, on slow hosts too. */
const longestUnpackMs = 5 * 60_000;

/** An update at a time: the next is refused until the last one's package is unpacked. */
async function settle({ clients, env, physicalId }: ExistingRequest): Promise<void> {
  const { wall } = env.clock;
  const endMs = wall.monotonic() + longestUnpackMs;
  while (!(await isSettled(clients, physicalId))) {
    if (wall.monotonic() > endMs) throw unstable(physicalId);
    await new Promise<void>((resolve) => wall.after(20, () => resolve()));
  }
}
