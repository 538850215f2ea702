/** Where CloudFormation here is not what it is at AWS. */
import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  {
    operation: "*",
    differs:
      "Calls to other services are made as CloudFormation itself; the caller's permissions and RoleARN do not limit them.",
  },
  {
    operation: "*",
    differs:
      "A template is checked against the types' schemas before a stack starts; a wrong property is a ValidationError at once and not a failed resource.",
  },
  {
    operation: "CreateStack",
    differs:
      "Transforms other than AWS::LanguageExtensions, macros, Fn::ForEach, stack policies, rollback triggers and ResourceTypes are refused.",
  },
  {
    operation: "CreateStack",
    differs:
      "A dynamic reference that spells the name of a secret must find it before anything is created; one to a secret of the same stack is written with Ref.",
  },
  {
    operation: "CreateStack",
    differs:
      "The ResponseURL of a custom resource is an http URL of Fogbank's own; what a function of Node.js or Python sends there as HTTPS arrives as well. Providers are called as CloudFormation itself.",
  },
  {
    operation: "DescribeStackEvents",
    differs:
      "While signals or instances are awaited, events also tell of user data that ended with an error and of launches that failed; AWS is silent until the time is up.",
  },
  {
    operation: "CreateStack",
    differs: "RoleARN is stored and shown, and not assumed.",
  },
  {
    operation: "CreateChangeSet",
    differs: "Resource imports and change sets of nested stacks are refused.",
  },
  {
    operation: "CreateChangeSet",
    differs: "The change set is complete when the call returns.",
  },
  {
    operation: "UpdateStack",
    differs:
      "A nested stack cleans up by itself when its own update is done, before its parent's update is.",
  },
];
