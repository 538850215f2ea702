/** The documents of AWS's that Fogbank can run, with AWS's names and parameters. https://docs.aws.amazon.com/systems-manager/latest/userguide/documents.html */
import { parseIso } from "#runtime/date.ts";
import type { DocumentType } from "./records.ts";

export interface PublicDocument {
  name: string;
  type: DocumentType;
  content: Record<string, unknown>;
  createdMs: number;
}

const portNumber = {
  type: "String",
  description: "(Optional) Port number of the server on the instance",
  allowedPattern:
    "^([1-9]|[1-9][0-9]{1,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$",
};
const localPortNumber = {
  type: "String",
  description:
    "(Optional) Port number on local machine to forward traffic to. An open port is chosen at run-time if not provided",
  allowedPattern:
    "^([0-9]|[1-9][0-9]{1,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$",
  default: "0",
};
const command = {
  type: "String",
  description: "(Required) The command to run on the instance.",
};

/** Puts the values together as the agent's program takes them, and says what it cannot do. */
const manageAgent = [
  "#!/bin/sh",
  "set -e",
  "ctl=/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl",
  '[ -x "$ctl" ] || ctl=amazon-cloudwatch-agent-ctl',
  "action='{{ action }}'",
  "source='{{ optionalConfigurationSource }}'",
  "location='{{ optionalConfigurationLocation }}'",
  'case "$action" in',
  '  configure) word=fetch-config ;; "configure (append)") word=append-config ;; "configure (remove)") word=remove-config ;;',
  '  *) exec "$ctl" -a "$action" -m "{{ mode }}" ;;',
  "esac",
  'config="$source"; [ "$source" = ssm ] && config="ssm:$location"',
  "restart=; [ '{{ optionalRestart }}' = yes ] && restart=-s",
  'exec "$ctl" -a "$word" -m "{{ mode }}" -c "$config" $restart',
];

export const publicDocuments: readonly PublicDocument[] = [
  {
    name: "AWS-RunShellScript",
    type: "Command",
    createdMs: parseIso("2017-08-31T00:00:00Z"),
    content: {
      schemaVersion: "1.2",
      description: "Run a shell script or specify the commands to run.",
      parameters: {
        commands: {
          type: "StringList",
          description: "(Required) Specify a shell script or a command to run.",
          minItems: 1,
          displayType: "textarea",
        },
        workingDirectory: {
          type: "String",
          default: "",
          description: "(Optional) The path to the working directory on your instance.",
          maxChars: 4096,
        },
        executionTimeout: {
          type: "String",
          default: "3600",
          description:
            "(Optional) The time in seconds for a command to complete before it is considered to have failed. Default is 3600 (1 hour). Maximum is 172800 (48 hours).",
          allowedPattern:
            "([1-9][0-9]{0,4})|(1[0-6][0-9]{4})|(17[0-1][0-9]{3})|(172[0-7][0-9]{2})|(172800)",
        },
      },
      runtimeConfig: {
        "aws:runShellScript": {
          properties: [
            {
              id: "0.aws:runShellScript",
              runCommand: "{{ commands }}",
              workingDirectory: "{{ workingDirectory }}",
              timeoutSeconds: "{{ executionTimeout }}",
            },
          ],
        },
      },
    },
  },
  {
    name: "AmazonCloudWatch-ManageAgent",
    type: "Command",
    createdMs: parseIso("2017-12-11T00:00:00Z"),
    content: {
      schemaVersion: "2.2",
      description: "Send commands to Amazon CloudWatch Agent",
      parameters: {
        action: {
          description: "The action CloudWatch Agent should take.",
          type: "String",
          default: "configure",
          allowedValues: [
            "configure",
            "configure (append)",
            "configure (remove)",
            "start",
            "status",
            "stop",
          ],
        },
        mode: {
          description:
            "Controls platform-specific default behavior such as whether to include EC2 Metadata in metrics.",
          type: "String",
          default: "ec2",
          allowedValues: ["ec2", "onPremise", "auto"],
        },
        optionalConfigurationSource: {
          description:
            "Only for 'configure' related actions. Use 'ssm' to apply a ssm parameter as config.",
          type: "String",
          default: "ssm",
          allowedValues: ["ssm", "default", "all"],
        },
        optionalConfigurationLocation: {
          description:
            "Only for 'configure' related actions. Only needed when Optional Configuration Source is set to 'ssm'. The value should be a ssm parameter name.",
          type: "String",
          default: "",
          allowedPattern: '[a-zA-Z0-9-"~:_@./^(*)!<>?=+]*$',
        },
        optionalRestart: {
          description:
            "Only for 'configure' related actions. If 'yes', restarts the agent to use the new configuration.",
          type: "String",
          default: "yes",
          allowedValues: ["yes", "no"],
        },
      },
      mainSteps: [
        {
          name: "ControlCloudWatchAgentLinux",
          action: "aws:runShellScript",
          precondition: { StringEquals: ["platformType", "Linux"] },
          inputs: { runCommand: manageAgent },
        },
      ],
    },
  },
  {
    name: "AWS-StartPortForwardingSession",
    type: "Session",
    createdMs: parseIso("2019-08-29T00:00:00Z"),
    content: {
      schemaVersion: "1.0",
      description: "Document to start port forwarding session over Session Manager",
      sessionType: "Port",
      parameters: {
        portNumber: { ...portNumber, default: "80" },
        localPortNumber,
      },
      properties: {
        portNumber: "{{ portNumber }}",
        type: "LocalPortForwarding",
        localPortNumber: "{{ localPortNumber }}",
      },
    },
  },
  {
    name: "AWS-StartPortForwardingSessionToRemoteHost",
    type: "Session",
    createdMs: parseIso("2022-05-27T00:00:00Z"),
    content: {
      schemaVersion: "1.0",
      description: "Document to start port forwarding session over Session Manager to remote host",
      sessionType: "Port",
      parameters: {
        portNumber: {
          ...portNumber,
          description: "(Optional) Port number of the server on the remote host",
          default: "80",
        },
        localPortNumber,
        host: {
          type: "String",
          description: "(Optional) Hostname or IP address of the destination server",
          allowedPattern: "^[^,$^&();,<>{}\\[\\] ]{3,}$",
          default: "localhost",
        },
      },
      properties: {
        portNumber: "{{ portNumber }}",
        type: "LocalPortForwarding",
        localPortNumber: "{{ localPortNumber }}",
        host: "{{ host }}",
      },
    },
  },
  {
    name: "AWS-StartSSHSession",
    type: "Session",
    createdMs: parseIso("2019-07-09T00:00:00Z"),
    content: {
      schemaVersion: "1.0",
      description: "Document to start SSH session over Session Manager",
      sessionType: "Port",
      parameters: {
        portNumber: {
          ...portNumber,
          description: "(Optional) Port number of SSH server on the instance",
          default: "22",
        },
      },
      properties: { portNumber: "{{ portNumber }}" },
    },
  },
  {
    name: "AWS-StartInteractiveCommand",
    type: "Session",
    createdMs: parseIso("2020-06-02T00:00:00Z"),
    content: {
      schemaVersion: "1.0",
      description: "Document to run single interactive command on an instance",
      sessionType: "InteractiveCommands",
      parameters: { command },
      properties: { linux: { commands: "{{ command }}", runAsElevated: false } },
    },
  },
  {
    name: "AWS-StartNonInteractiveCommand",
    type: "Session",
    createdMs: parseIso("2021-06-16T00:00:00Z"),
    content: {
      schemaVersion: "1.0",
      description: "Document to run single noninteractive command on an instance",
      sessionType: "NonInteractiveCommands",
      parameters: { command },
      properties: { linux: { commands: "{{ command }}", runAsElevated: false } },
    },
  },
];

export function publicDocument(name: string): PublicDocument | undefined {
  return publicDocuments.find((one) => one.name === name);
}
