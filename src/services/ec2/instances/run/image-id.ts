/** "resolve:ssm:/aws/service/…" as an image id. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-systems-manager-parameter-to-find-AMI.html */
import { asService } from "#services/kit/principal.ts";
import type { LaunchContext } from "../../context.ts";
import { ec2Error, missingParameter } from "../../errors.ts";

const marker = "resolve:ssm:";

export async function resolveImageId(
  context: LaunchContext,
  imageId: string | undefined,
): Promise<string> {
  if (!imageId) throw missingParameter("ImageId");
  if (!imageId.startsWith(marker)) return imageId;
  const Name = imageId.slice(marker.length);
  const ssm = context.clients.ssm(asService(context, "ec2.amazonaws.com"));
  const { Parameter } = await ssm.GetParameter({ Name }).catch((error: unknown) => {
    const code = (error as { code?: string }).code;
    if (code !== "ParameterNotFound" && code !== "ParameterVersionNotFound") throw error;
    throw ec2Error(
      "InvalidParameterValue",
      `The SSM parameter '${Name}' could not be resolved to an AMI.`,
    );
  });
  return Parameter?.Value ?? "";
}
