/** Who uses which certificate: asked of the services that may, so that it is never out of date. */
import { AwsError } from "#model/error.ts";
import type { Scope } from "#store/collection.ts";
import { formatArn } from "../arn.ts";
import { asService } from "../principal.ts";
import type { Client, Environment } from "../service.ts";

/** Load balancers' ARNs by certificate, as a service's principal sees them. */
export async function certificateUsers(
  { clients }: Pick<Environment, "clients">,
  scope: Scope,
  principal: string,
): Promise<Map<string, string[]>> {
  const caller = asService(scope, principal);
  const elbv2 = clients.elbv2(caller);
  const users = new Map<string, Set<string>>();
  for (const balancer of await everyLoadBalancer(elbv2))
    for (const certificate of await certificatesOf(elbv2, balancer)) {
      const of = users.get(certificate);
      if (of) of.add(balancer);
      else users.set(certificate, new Set([balancer]));
    }
  const { account, region } = scope;
  for (const { certificate, name } of await classicUsers(clients.elb(caller))) {
    const balancer = formatArn("elasticloadbalancing", { region, account }, `loadbalancer/${name}`);
    const of = users.get(certificate);
    if (of) of.add(balancer);
    else users.set(certificate, new Set([balancer]));
  }
  return new Map([...users].map(([arn, of]) => [arn, [...of]]));
}

async function certificatesOf(elbv2: Client<"elbv2">, LoadBalancerArn: string): Promise<string[]> {
  const found: string[] = [];
  const { Listeners = [] } = await unlessGone(() => elbv2.DescribeListeners({ LoadBalancerArn }));
  for (const { ListenerArn, Protocol } of Listeners) {
    if (Protocol !== "HTTPS" && Protocol !== "TLS") continue;
    const { Certificates = [] } = await unlessGone(() =>
      elbv2.DescribeListenerCertificates({ ListenerArn }),
    );
    found.push(...Certificates.map(({ CertificateArn = "" }) => CertificateArn));
  }
  return found;
}

/** Nothing of a load balancer or a listener that went while it was asked for. */
async function unlessGone<T extends object>(ask: () => Promise<T>): Promise<Partial<T>> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof AwsError && error.code.endsWith("NotFound")) return {};
    throw error;
  }
}

async function classicUsers(elb: Client<"elb">) {
  const found: { certificate: string; name: string }[] = [];
  let Marker: string | undefined;
  do {
    const page = await elb.DescribeLoadBalancers({ Marker });
    for (const { LoadBalancerName, ListenerDescriptions } of page.LoadBalancerDescriptions ?? [])
      for (const { Listener } of ListenerDescriptions ?? [])
        if (Listener?.SSLCertificateId !== undefined)
          found.push({ certificate: Listener.SSLCertificateId, name: LoadBalancerName! });
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  return found;
}

async function everyLoadBalancer(elbv2: Client<"elbv2">) {
  const arns: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await elbv2.DescribeLoadBalancers({ Marker });
    arns.push(...(page.LoadBalancers ?? []).map(({ LoadBalancerArn }) => LoadBalancerArn!));
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  return arns;
}
