/** Secrets read as parameters. https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html */
import { AwsError } from "#model/error.ts";
import type { SsmContext } from "./context.ts";
import { referencedSecretNotFound, validationException } from "./errors.ts";

const prefix = "/aws/reference/secretsmanager/";

export function isSecretReference(name: string): boolean {
  return name.startsWith(prefix);
}

/** As the caller, who needs a right to both. */
export async function referencedSecret(
  context: SsmContext,
  name: string,
  withDecryption: boolean | undefined,
) {
  if (!withDecryption)
    throw validationException(
      "WithDecryption flag must be True for retrieving a Secret Manager secret.",
    );
  const [SecretId, selector] = name.slice(prefix.length).split(":") as [string, string?];
  const isVersion = selector !== undefined && /^[0-9a-f]{8}-/.test(selector);
  const { account, region, principal } = context;
  const secrets = context.clients.secretsmanager({ account, region, principal });
  const read = async () => ({
    value: await secrets.GetSecretValue({
      SecretId,
      ...(isVersion
        ? { VersionId: selector }
        : { ...(selector !== undefined && { VersionStage: selector }) }),
    }),
    about: await secrets.DescribeSecret({ SecretId }),
  });
  const { value, about } = await read().catch((error: unknown) => {
    if (error instanceof AwsError && error.code === "ResourceNotFoundException")
      throw referencedSecretNotFound(name);
    throw error;
  });
  return {
    Name: name,
    Type: "SecureString" as const,
    Value: value.SecretString ?? Buffer.from(value.SecretBinary ?? []).toString("base64"),
    Version: 0,
    SourceResult: JSON.stringify({
      ...about,
      VersionId: value.VersionId,
      SecretString: value.SecretString,
      VersionStages: value.VersionStages,
    }),
    LastModifiedDate: value.CreatedDate,
    ARN: value.ARN,
    ...(selector !== undefined && { Selector: `:${selector}` }),
  };
}
