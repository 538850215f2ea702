import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  {
    operation: "PutParameter",
    differs:
      "An aws:ec2:image value is judged before the answer and not afterwards. AllowedPattern is a JavaScript expression.",
  },
  {
    operation: "GetParametersByPath",
    differs:
      "Of AWS's public parameters those of Amazon Linux, Ubuntu and Debian images and of regions and zones are known, at version 1.",
  },
  {
    operation: "SendCommand",
    differs:
      "Runs the action aws:runShellScript of Command documents, as root, on every running instance, whatever its role; other actions are refused unless their precondition leaves them out. Resource groups, alarms, DocumentHash and interpolationType are refused. 1 MiB of each stream is kept. A script's exit code 194 restarts nothing. A command that runs while Fogbank ends is recorded as failed.",
  },
  {
    operation: "CreateDocument",
    differs:
      "Documents of the types Command and Session in JSON and YAML; attachments and requirements are refused. Of AWS's own documents AWS-RunShellScript, AmazonCloudWatch-ManageAgent, AWS-StartPortForwardingSession, AWS-StartPortForwardingSessionToRemoteHost, AWS-StartSSHSession, AWS-StartInteractiveCommand and AWS-StartNonInteractiveCommand are there.",
  },
  {
    operation: "StartSession",
    differs:
      "The data channel is a WebSocket on Fogbank's own port (ws:, not wss:), for the Session Manager plugin as AWS publishes it. Shells are /bin/sh and run as root, at a terminal that script(1) of util-linux makes in machines of the process driver; without it they have none. What a session printed goes to S3 and CloudWatch Logs at its end, at most its last 4 MiB; streaming of logs, encryption with KMS and Run As are refused by name. A session ends with Fogbank.",
  },
  {
    operation: "CreatePatchBaseline",
    differs:
      "Baselines and patch groups are kept and shown; nothing looks for patches or installs them by them.",
  },
  {
    operation: "DescribeInstanceInformation",
    differs:
      "Every running instance is a managed node, whatever its role and image; neither inventory nor associations nor patches are kept.",
  },
];
