import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  {
    operation: "CreateFunction",
    differs:
      "Node.js, Python and provided runtimes run, on the host's own Node.js and python3 whatever version is named; others, container images, SnapStart, file systems, code signing and durable functions answer NotImplemented. Functions run on this host, of its architecture, also where instances are simulated or containers; VpcConfig is checked and kept, and their network is the host's.",
  },
  {
    operation: "Invoke",
    differs:
      "Auto Scaling invokes without a statement of the function's policy that lets its service-linked role in. External extensions in layers are not started, and traces are not recorded. Streamed answers arrive when they are complete.",
  },
  {
    operation: "CreateFunctionUrlConfig",
    differs:
      "URLs are http://<url-id>.lambda-url.<region>.localhost on Fogbank's own port; streamed answers arrive when they are complete.",
  },
  {
    operation: "PutProvisionedConcurrencyConfig",
    differs:
      "Environments of a version that stand ready serve whoever calls the version, whatever alias they were asked for.",
  },
  {
    operation: "CreateEventSourceMapping",
    differs: "Queues of SQS are read; streams, Kafka, MQ and DocumentDB answer NotImplemented.",
  },
  {
    operation: "GetFunction",
    differs: "Code.Location is a URL of Fogbank's own, which does not expire.",
  },
  {
    operation: "PutRuntimeManagementConfig",
    differs: "It is kept and shown; the host's languages change with the host.",
  },
  {
    operation: "PutFunctionRecursionConfig",
    differs: "It is kept and shown; loops are not found.",
  },
];
