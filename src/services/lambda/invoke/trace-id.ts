import type { Environment } from "#services/kit/service.ts";

/** "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0". https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
export function traceId({ clock, random }: Pick<Environment, "clock" | "random">): string {
  const seconds = Math.floor(clock.now() / 1000).toString(16);
  return `Root=1-${seconds}-${random.hex(24)};Sampled=0`;
}
