/**
 * IAM's server certificates with their keys, as AWS's own services reach them: no operation gives a
 * private key away. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_server-certs.html
 */
import { collection } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Tags } from "./tags.ts";

export interface ServerCertificateRecord {
  arn: string;
  /** Those that it had before its name or path changed. */
  formerArns?: string[];
  name: string;
  /** "/" or "/cloudfront/web/" */
  path: string;
  /** ASCA… */
  id: string;
  createdMs: number;
  expiresMs: number;
  tags: Tags;
  /** PEM. */
  body: string;
  chain?: string;
  key: string;
}

/** [name in lower case], in an account's region "global" */
export const serverCertificates = collection<ServerCertificateRecord>("iam", "server-certificate");

/** The certificate of an ARN, while there is one; load balancers keep the ARN that it had when they got it. */
export async function serverCertificate(
  tx: Transaction,
  { account }: { account: string },
  arn: string,
): Promise<ServerCertificateRecord | undefined> {
  const name = arn.slice(arn.lastIndexOf("/") + 1).toLowerCase();
  const scope = { account, region: "global" };
  const found = await serverCertificates.get(tx, scope, name);
  if (found?.arn === arn) return found;
  const all = await serverCertificates.list(tx, scope);
  return all.find(({ formerArns }) => formerArns?.includes(arn));
}
