/** Every number of AWS Lambda, with the page that it comes from. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const limits = {
  listPage: 50,
  mappingsPage: 100,
  /** Of a zip file in a request, unpacked with its layers, and of all variables together. */
  zipBytes: 50 * 2 ** 20,
  unpackedBytes: 250 * 2 ** 20,
  variablesBytes: 4096,
  layers: 5,
  /** Of an event: waited for, and not. */
  payloadBytes: 6 * 2 ** 20,
  eventBytes: 2 ** 20,
  /** Of an answer. */
  responseBytes: 6 * 2 ** 20 + 100 * 2 ** 10,
  /** Executions at once of an account in a region, and how many of them must stay for all. */
  concurrency: 1000,
  unreservedConcurrency: 100,
  codeStorageBytes: 75 * 2 ** 30,
  /** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
  initTimeoutMs: 10_000,
  /** A whole virtual CPU. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
  memoryMbPerCpu: 1769,
  /** How long an environment waits for another event; AWS does not say. */
  idleMs: 5 * 60_000,
  /** The age at which an environment gets no more events; its credentials last an hour. */
  environmentAgeMs: 40 * 60_000,
  logTailBytes: 4096,
  policyBytes: 20_480,
  /** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
  retries: 2,
  eventAgeSeconds: 6 * 3600,
} as const;
