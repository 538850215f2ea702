/** Private zones between accounts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { rootPrincipal } from "#services/kit/principal.ts";

async function twoAccounts() {
  const cloud = createTestCloud();
  const of = (account: string) => {
    const caller = {
      ...cloud.caller,
      account,
      principal: rootPrincipal(account, cloud.caller.region),
    };
    const route53 = cloud.clients.route53(caller);
    const newVpc = async () => {
      const { Vpc } = await cloud.clients.ec2(caller).CreateVpc({ CidrBlock: "10.0.0.0/16" });
      return { VPCId: Vpc!.VpcId!, VPCRegion: "us-east-1" as const };
    };
    return { route53, newVpc };
  };
  const owner = of("111111111111");
  const guest = of("222222222222");
  const VPC = await owner.newVpc();
  const { HostedZone } = await owner.route53.CreateHostedZone({
    Name: "corp.internal",
    CallerReference: "1",
    VPC,
  });
  const HostedZoneId = HostedZone!.Id!.replace("/hostedzone/", "");
  return { cloud, of, owner, guest, VPC, HostedZoneId };
}

test("a zone comes to another account's VPC when both want it, and is listed there", async () => {
  const { cloud, of, owner, guest, HostedZoneId } = await twoAccounts();
  const VPC = await guest.newVpc();
  await assert.rejects(guest.route53.AssociateVPCWithHostedZone({ HostedZoneId, VPC }), {
    code: "NotAuthorizedException",
  });
  await owner.route53.CreateVPCAssociationAuthorization({ HostedZoneId, VPC });
  await guest.route53.AssociateVPCWithHostedZone({ HostedZoneId, VPC });
  await assert.rejects(guest.route53.AssociateVPCWithHostedZone({ HostedZoneId, VPC }), {
    code: "ConflictingDomainExists",
  });
  const { HostedZoneSummaries } = await guest.route53.ListHostedZonesByVPC(VPC);
  assert.deepEqual(HostedZoneSummaries, [
    { HostedZoneId, Name: "corp.internal.", Owner: { OwningAccount: "111111111111" } },
  ]);
  await assert.rejects(
    guest.route53.CreateHostedZone({ Name: "corp.internal", CallerReference: "own", VPC }),
    { code: "ConflictingDomainExists" },
  );
  const third = of("333333333333");
  await assert.rejects(third.route53.DisassociateVPCFromHostedZone({ HostedZoneId, VPC }), {
    code: "InvalidVPCId",
  });
  await guest.route53.DisassociateVPCFromHostedZone({ HostedZoneId, VPC });
  assert.deepEqual((await guest.route53.ListHostedZonesByVPC(VPC)).HostedZoneSummaries, []);
  await cloud.stop();
});

test("the CIDR collection's change is a change, and asking again gives the same collection", async () => {
  const { cloud, owner } = await twoAccounts();
  const { route53 } = owner;
  const wish = { Name: "offices", CallerReference: "1" };
  const { Collection } = await route53.CreateCidrCollection(wish);
  const again = await route53.CreateCidrCollection(wish);
  assert.equal(again.Collection!.Id, Collection!.Id);
  await assert.rejects(route53.CreateCidrCollection({ ...wish, CallerReference: "2" }), {
    code: "CidrCollectionAlreadyExistsException",
  });
  const { Id } = await route53.ChangeCidrCollection({
    Id: Collection!.Id,
    Changes: [{ LocationName: "home", Action: "PUT", CidrList: ["192.0.2.0/24"] }],
  });
  assert.equal((await route53.GetChange({ Id })).ChangeInfo!.Status, "PENDING");
  await cloud.stop();
});
