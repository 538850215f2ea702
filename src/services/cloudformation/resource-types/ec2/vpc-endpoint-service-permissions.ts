import { defineResourceType, type ResourceRequest } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-vpcendpointservicepermissions.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::VPCEndpointServicePermissions",
  async create(request) {
    await allow(request, request.properties["AllowedPrincipals"] ?? []);
    return request.properties["ServiceId"];
  },
  async update(request) {
    const before: string[] = request.previous["AllowedPrincipals"] ?? [];
    const next: string[] = request.properties["AllowedPrincipals"] ?? [];
    await allow(
      request,
      next.filter((one) => !before.includes(one)),
      before.filter((one) => !next.includes(one)),
    );
  },
  async delete(request) {
    await allow(request, [], request.properties["AllowedPrincipals"] ?? []);
  },
});

async function allow(
  { clients, properties }: ResourceRequest,
  AddAllowedPrincipals: string[],
  RemoveAllowedPrincipals: string[] = [],
) {
  await clients.ec2.ModifyVpcEndpointServicePermissions({
    ServiceId: properties["ServiceId"],
    AddAllowedPrincipals,
    RemoveAllowedPrincipals,
  });
}
