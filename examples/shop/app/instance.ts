/** The id of the instance that this process runs on; undefined elsewhere. */
export async function instanceId(): Promise<string | undefined> {
  const endpoint = process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? "http://169.254.169.254";
  const signal = AbortSignal.timeout(2000);
  try {
    const session = await fetch(`${endpoint}/latest/api/token`, {
      method: "PUT",
      headers: { "x-aws-ec2-metadata-token-ttl-seconds": "60" },
      signal,
    });
    const answer = await fetch(`${endpoint}/latest/meta-data/instance-id`, {
      headers: { "x-aws-ec2-metadata-token": await session.text() },
      signal,
    });
    return answer.ok ? await answer.text() : undefined;
  } catch {
    return undefined;
  }
}
