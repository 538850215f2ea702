import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  {
    operation: "PutParameter",
    differs:
      "SecureStrings are sealed with a key of the account and region that the store keeps; any KeyId but alias/aws/ssm answers InvalidKeyId. Notification policies are kept and send nothing. An aws:ec2:image value is not checked against the images that exist. AllowedPattern is a JavaScript expression.",
  },
  {
    operation: "GetParametersByPath",
    differs:
      "Of AWS's public parameters those of Amazon Linux, Ubuntu and Debian images and of regions and zones are known, at version 1.",
  },
  {
    operation: "SendCommand",
    differs:
      "Runs AWS-RunShellScript on every running instance, whatever its role; other documents, output to S3 and CloudWatch, notifications, MaxConcurrency and MaxErrors are refused. A command that runs while Fogbank ends is recorded as failed.",
  },
];
