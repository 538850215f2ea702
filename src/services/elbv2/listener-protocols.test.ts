import assert from "node:assert/strict";
import { test } from "node:test";
import { createBalancedCloud } from "./testing/balanced-cloud.ts";

test("redirects change what can end a loop, with the keywords that each part knows", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { LoadBalancerArn } = await cloud.createBalancer();
  const redirect = (config: object) =>
    cloud.listen(LoadBalancerArn!, {
      Type: "redirect",
      RedirectConfig: { StatusCode: "HTTP_301", ...config },
    });
  const code = "InvalidLoadBalancerAction";
  await assert.rejects(redirect({ Query: "a=b" }), {
    code,
    message: "The redirect configuration is not valid because it creates a loop",
  });
  await assert.rejects(redirect({ Host: "#{path}.example.com" }), {
    code,
    message: "The host of a redirect cannot contain the keyword '#{path}'",
  });
  for (const Path of ["/#{nothing}", "#{path}", "/#{path}/#{path}"])
    await assert.rejects(redirect({ Path }), {
      code,
      message:
        "The Path parameter must be a valid path, should start with a '/' and may contain up to one of each of these placeholders: '#{path}', '#{host}', '#{port}'.",
    });
  for (const Port of ["0", "65536", "8.5", "1e2", "0x50", " 80"])
    await assert.rejects(redirect({ Port }), {
      code: "InvalidLoadBalancerAction",
      message: "The port must be an integer between 1 and 65535, or #{port}",
    });
  await redirect({ Host: "www.#{host}", Path: "/#{host}/#{port}/#{path}", Query: "#{protocol}" });
});

test("a listener that speaks HTTP has no gRPC targets and no rules that sign in, and HTTPS is not redirected to it", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { elb } = cloud;
  const { LoadBalancerArn } = await cloud.createBalancer();
  const { CertificateArn } = await cloud.clients
    .acm(cloud.caller)
    .RequestCertificate({ DomainName: "shop.example.com" });
  await cloud.advance("10s");
  const fixed = { Type: "fixed-response" as const, FixedResponseConfig: { StatusCode: "200" } };
  const { TargetGroupArn } = await cloud.createGroup({ ProtocolVersion: "GRPC" });
  const forward = { Type: "forward" as const, TargetGroupArn };
  const versionNeedsTls = {
    code: "InvalidLoadBalancerAction",
    message:
      "Listener protocol 'HTTP' is not supported with a target group with the protocol-version 'GRPC'",
  };
  await assert.rejects(cloud.listen(LoadBalancerArn!, forward), versionNeedsTls);
  const { Listeners } = await elb.CreateListener({
    LoadBalancerArn,
    Protocol: "HTTPS",
    Port: 443,
    Certificates: [{ CertificateArn }],
    DefaultActions: [fixed],
  });
  const { ListenerArn } = Listeners![0]!;
  await elb.ModifyListener({ ListenerArn, DefaultActions: [forward] });
  await assert.rejects(
    elb.ModifyListener({ ListenerArn, Protocol: "HTTP", Port: 80 }),
    versionNeedsTls,
  );
  await elb.ModifyListener({ ListenerArn, DefaultActions: [fixed] });
  const RedirectConfig = { StatusCode: "HTTP_302" as const, Protocol: "HTTP" };
  await assert.rejects(
    elb.ModifyListener({ ListenerArn, DefaultActions: [{ Type: "redirect", RedirectConfig }] }),
    { code: "InvalidLoadBalancerAction", message: "You cannot redirect HTTPS to HTTP" },
  );
  const Issuer = "https://issuer.example.com";
  const params = Array.from({ length: 11 }, (_one, index) => [`p${index}`, "x"]);
  await assert.rejects(
    elb.ModifyListener({
      ListenerArn,
      DefaultActions: [
        {
          Type: "authenticate-oidc",
          Order: 1,
          AuthenticateOidcConfig: {
            Issuer,
            AuthorizationEndpoint: `${Issuer}/authorize`,
            TokenEndpoint: `${Issuer}/token`,
            UserInfoEndpoint: `${Issuer}/user`,
            ClientId: "shop",
            ClientSecret: "secret",
            AuthenticationRequestExtraParams: Object.fromEntries(params),
          },
        },
        { ...fixed, Order: 2 },
      ],
    }),
    { message: "You can specify up to '10' extra parameters of an authentication request" },
  );
  await elb.CreateRule({
    ListenerArn,
    Priority: 1,
    Conditions: [{ Field: "path-pattern", Values: ["/in"] }],
    Actions: [
      {
        Type: "jwt-validation",
        Order: 1,
        JwtValidationConfig: { Issuer, JwksEndpoint: `${Issuer}/keys` },
      },
      { ...fixed, Order: 2 },
    ],
  });
  await assert.rejects(elb.ModifyListener({ ListenerArn, Protocol: "HTTP", Port: 80 }), {
    code: "InvalidLoadBalancerAction",
    message: "Actions of type 'jwt-validation' are supported only on HTTPS listeners",
  });
});
