import { isIP } from "node:net";
import type { Route53Operation } from "../context.ts";
import { invalidInput } from "../errors.ts";
import { inputName } from "../input-name.ts";
import { ofAccount } from "../records.ts";
import { findZone } from "../zones.ts";

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_TestDNSAnswer.html */
export const testDnsAnswer: Route53Operation<"TestDNSAnswer"> = async (input, context) => {
  const { RecordType, ResolverIP, EDNS0ClientSubnetIP, EDNS0ClientSubnetMask } = input;
  const zone = await context.store.transaction((tx) =>
    findZone(tx, ofAccount(context), input.HostedZoneId),
  );
  for (const address of [ResolverIP, EDNS0ClientSubnetIP])
    if (address !== undefined && isIP(address) === 0)
      throw invalidInput(`The IP address is not valid: ${address}`);
  const mask = Number(EDNS0ClientSubnetMask ?? (isIP(EDNS0ClientSubnetIP ?? "") === 6 ? 64 : 24));
  if (!(mask >= 0 && mask <= (isIP(EDNS0ClientSubnetIP ?? "") === 6 ? 128 : 32)))
    throw invalidInput(`The subnet mask is not valid: ${EDNS0ClientSubnetMask}`);
  const RecordName = inputName(input.RecordName!);
  const { responseCode, values } = await context.state.plane().ask({
    name: RecordName,
    type: RecordType!,
    clientAddress: ResolverIP ?? context.sourceIp,
    subnet: EDNS0ClientSubnetIP && `${EDNS0ClientSubnetIP}/${mask}`,
    zoneId: zone.id,
  });
  return {
    Nameserver: zone.nameServers[0]!,
    RecordName,
    RecordType,
    RecordData: values,
    ResponseCode: responseCode,
    Protocol: "UDP",
  };
};
