import { AwsError } from "#model/error.ts";
import { tagsFromList } from "#services/kit/tags.ts";
import type { Transaction } from "#store/store.ts";
import type { SsmContext, SsmOperation } from "../context.ts";
import {
  invalidPattern,
  maxVersionLimitExceeded,
  parameterAlreadyExists,
  parameterLimitExceeded,
  patternMismatch,
  typeMismatch,
  validationException,
} from "../errors.ts";
import {
  longestAdvancedValue,
  longestStandardValue,
  mostStandardParameters,
  mostVersions,
} from "../limits.ts";
import { checkName, parameterArn } from "../names.ts";
import { putNotice } from "../notices.ts";
import { changeNotice } from "../parameter-notices.ts";
import { findRecord } from "../parameters.ts";
import { parsePolicies } from "../policies.ts";
import {
  oldVersions,
  parameters,
  type ParameterRecord,
  type ParameterVersion,
} from "../records.ts";
import { defaultKeyId, seal } from "../secure-string.ts";

type PutInput = Parameters<SsmOperation<"PutParameter">>[0];

const dataTypes = ["text", "aws:ec2:image", "aws:ssm:integration"];

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html */
export const putParameter: SsmOperation<"PutParameter"> = async (input, context) => {
  const name = input.Name!;
  if (input.Value === "")
    throw validationException(
      "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.",
    );
  if (input.Overwrite && input.Tags?.length)
    throw validationException(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
  checkName(name);
  if (input.DataType !== undefined && !dataTypes.includes(input.DataType))
    throw validationException(
      `The following data type is not supported: ${input.DataType} (Data type names are all lowercase.)`,
    );
  if (input.DataType === "aws:ec2:image") await checkImage(input.Value!, context);
  for (;;) {
    const { old, full } = await context.store.transaction(async (tx) => ({
      old: await findRecord(tx, context, name),
      full: await isFull(tx, context),
    }));
    if (old && !input.Overwrite) throw parameterAlreadyExists();
    const tier = tierFor(input, old?.current, full);
    if (!old && tier === "Standard" && full) throw parameterLimitExceeded();
    const current = await nextVersion(context, old?.name ?? name, input, old?.current, tier);
    const stored = await context.store.transaction((tx) =>
      store(tx, context, name, input, old, current),
    );
    // Another request came between, while KMS was asked.
    if (stored) return { Version: current.version, Tier: current.tier };
  }
};

/** False when the parameter is no longer the one that the version was made for. */
async function store(
  tx: Transaction,
  context: SsmContext,
  name: string,
  input: PutInput,
  old: ParameterRecord | undefined,
  current: ParameterVersion,
): Promise<boolean> {
  const now = await findRecord(tx, context, name);
  if (now?.current.version !== old?.current.version) return false;
  if (now) await keepOld(tx, context, now);
  const tags = now?.tags ?? tagsFromList(input.Tags);
  const record = { name: now?.name ?? name, tags, current };
  parameters.put(tx, context, [record.name], record);
  const notice = changeNotice(context, record, old ? "Update" : "Create", context.clock.now());
  putNotice(tx, context, context.random, notice);
  return true;
}

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-ec2-aliases.html */
async function checkImage(imageId: string, context: SsmContext): Promise<void> {
  const { account, region, principal } = context;
  const ec2 = context.clients.ec2({ account, region, principal });
  const isKnown = async () => {
    try {
      const { Images } = await ec2.DescribeImages({ ImageIds: [imageId] });
      return (Images ?? []).length > 0;
    } catch (error) {
      if (error instanceof AwsError && error.code.startsWith("InvalidAMI")) return false;
      throw error;
    }
  };
  if (!(await isKnown()))
    throw validationException(
      `The parameter value ${imageId} isn't the ID of an Amazon Machine Image (AMI) that is available in this Region.`,
    );
}

/** A number sorts behind every name, so that these bounds hold all parameters. */
async function isFull(tx: Transaction, context: SsmContext): Promise<boolean> {
  const from = parameters.key(context);
  const count = await tx.count(from, [...from, Number.POSITIVE_INFINITY]);
  return count >= mostStandardParameters;
}

/**
 * What a request leaves out stays as it was, the value's description and pattern included; the type stays, and
 * the data types of images and integrations. https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-data-types.html
 */
async function nextVersion(
  context: SsmContext,
  name: string,
  input: PutInput,
  old: ParameterVersion | undefined,
  tier: ParameterVersion["tier"],
): Promise<ParameterVersion> {
  const type = input.Type ?? old?.type;
  if (type === undefined)
    throw validationException("A parameter type is required when you create a parameter.");
  if (old && old.type !== type) throw typeMismatch(old.type, type);
  const dataType = input.DataType ?? old?.dataType ?? "text";
  if (old && old.dataType !== dataType && [old.dataType, dataType].some((one) => one !== "text"))
    throw validationException(
      `The data type of a parameter can't be changed from ${old.dataType} to ${dataType}. Create a new parameter.`,
    );
  const value = input.Value!;
  const allowedPattern = input.AllowedPattern ?? old?.allowedPattern;
  if (allowedPattern) checkPattern(allowedPattern, value);
  const policies = policiesOf(input, old).map(({ done: _done, ...policy }) => policy);
  const description = input.Description ?? old?.description;
  const keyId = type === "SecureString" ? (input.KeyId ?? old?.keyId ?? defaultKeyId) : undefined;
  if (input.KeyId !== undefined && type !== "SecureString")
    throw validationException("KeyId is required for SecureString type parameter only.");
  return {
    version: (old?.version ?? 0) + 1,
    type,
    value:
      keyId === undefined
        ? value
        : await seal(
            context,
            { keyId, arn: parameterArn(context, name), advanced: tier === "Advanced" },
            value,
          ),
    ...(keyId !== undefined && { keyId }),
    ...(description !== undefined && { description }),
    ...(allowedPattern && { allowedPattern }),
    dataType,
    tier,
    policies,
    labels: [],
    modifiedMs: context.clock.now(),
    modifiedBy: context.principal.arn,
  };
}

function policiesOf({ Policies }: PutInput, old: ParameterVersion | undefined) {
  return Policies !== undefined ? parsePolicies(Policies) : (old?.policies ?? []);
}

function checkPattern(pattern: string, value: string): void {
  let expression: RegExp;
  try {
    expression = new RegExp(pattern);
  } catch {
    throw invalidPattern(pattern);
  }
  if (!expression.test(value)) throw patternMismatch(pattern);
}

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
function tierFor(
  input: PutInput,
  old: ParameterVersion | undefined,
  full: boolean,
): "Standard" | "Advanced" {
  const { Tier } = input;
  const hasPolicies = policiesOf(input, old).length > 0;
  const size = Buffer.byteLength(input.Value!);
  const needsAdvanced = size > longestStandardValue || hasPolicies;
  if (size > longestAdvancedValue)
    throw validationException(
      `Advanced tier parameters support a maximum parameter value of ${longestAdvancedValue} characters.`,
    );
  if (Tier === "Intelligent-Tiering")
    return needsAdvanced || old?.tier === "Advanced" || (full && !old) ? "Advanced" : "Standard";
  if (Tier === "Standard" && old?.tier === "Advanced")
    throw validationException(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter. Be aware that standard parameters have a value size limit of 4096 characters.",
    );
  const tier = Tier ?? old?.tier ?? "Standard";
  if (tier === "Standard" && size > longestStandardValue)
    throw validationException(
      `Standard tier parameters support a maximum parameter value of ${longestStandardValue} characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html`,
    );
  if (tier === "Standard" && hasPolicies)
    throw validationException("Parameter policies are only supported by advanced-tier parameters.");
  return tier;
}

/** Puts the version that was current among the old ones; of more than a hundred the oldest goes. */
async function keepOld(tx: Transaction, context: SsmContext, { name, current }: ParameterRecord) {
  const kept = await oldVersions.list(tx, context, [name]);
  const [oldest] = kept;
  if (oldest && kept.length + 1 >= mostVersions) {
    if (oldest.labels.length > 0) throw maxVersionLimitExceeded(name, oldest.version);
    oldVersions.delete(tx, context, name, oldest.version);
  }
  oldVersions.put(tx, context, [name, current.version], current);
}
