import type { Operation } from "#services/kit/service.ts";
import { defaultCertificateFixed, tooManyCertificates, validationError } from "../errors.ts";
import { findListener } from "../find.ts";
import { limits } from "../limits.ts";
import { checkCertificates } from "../listener-input.ts";
import { listeners } from "../records.ts";
import type { State } from "../state.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddListenerCertificates.html */
export const addListenerCertificates: Operation<"elbv2", "AddListenerCertificates", State> = async (
  { ListenerArn, Certificates },
  context,
) => {
  const arns = arnsOf(Certificates);
  await context.store.transaction((tx) => findListener(tx, context, ListenerArn));
  await checkCertificates(context, context, arns);
  await context.store.transaction(async (tx) => {
    const listener = await findListener(tx, context, ListenerArn);
    const { tls, loadBalancerName, loadBalancerArn, id } = listener;
    if (!tls) throw validationError("Certificates can be added to HTTPS listeners only");
    const [byDefault, ...list] = tls.certificates;
    // The default certificate can be in the list as well.
    const certificates = [byDefault!, ...new Set([...list, ...arns])];
    const all = await listeners.list(tx, context, [loadBalancerName]);
    // Default certificates do not count.
    const others = all.filter((other) => other.id !== id).map((other) => other.tls);
    const count = [...others, { certificates }].reduce(
      (sum, own) => sum + (own ? own.certificates.length - 1 : 0),
      0,
    );
    if (count > limits.certificatesPerLoadBalancer) throw tooManyCertificates(loadBalancerArn);
    const changed = { ...listener, tls: { ...tls, certificates } };
    listeners.put(tx, context, [loadBalancerName, id], changed);
  });
  return {
    Certificates: arns.map((CertificateArn) => ({ CertificateArn, IsDefault: false })),
  };
};

export const removeListenerCertificates: Operation<
  "elbv2",
  "RemoveListenerCertificates",
  State
> = async ({ ListenerArn, Certificates }, context) => {
  const arns = arnsOf(Certificates);
  await context.store.transaction(async (tx) => {
    const listener = await findListener(tx, context, ListenerArn);
    const { tls, loadBalancerName, id } = listener;
    if (!tls) return;
    const [byDefault, ...list] = tls.certificates;
    if (arns.includes(byDefault!) && !list.includes(byDefault!)) throw defaultCertificateFixed();
    const certificates = [byDefault!, ...list.filter((arn) => !arns.includes(arn))];
    const changed = { ...listener, tls: { ...tls, certificates } };
    listeners.put(tx, context, [loadBalancerName, id], changed);
  });
  return {};
};

function arnsOf(given: readonly { CertificateArn?: string | undefined }[] | undefined): string[] {
  if (!given?.length) throw validationError("A certificate must be specified");
  return given.map(({ CertificateArn }) => {
    if (!CertificateArn) throw validationError("A certificate ARN must be specified");
    return CertificateArn;
  });
}
