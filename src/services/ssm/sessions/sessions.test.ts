import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";
import type { Conversation, TerminalSize } from "#compute/driver.ts";
import { serve } from "#http/server.ts";
import { decodeMessage, encodeMessage, flag, payloadType } from "./message.ts";
import { openPlugin, type Plugin } from "./testing/plugin.ts";

const image = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

interface Stage {
  cloud: TestCloud;
  target: string;
  /** Programs that sessions have started. */
  programs: FakeProgram[];
  /** Turns a session's stream URL into one of the test's server. */
  local: (url: string | undefined) => string;
}

interface FakeProgram {
  command: readonly string[];
  input: PassThrough;
  output: PassThrough;
  sizes: TerminalSize[];
  exit(code: number): void;
}

/** A machine whose programs are the test's own, and a server that answers data channels only. */
async function withMachine(run: (stage: Stage) => Promise<void>) {
  const cloud = createTestCloud();
  const programs: FakeProgram[] = [];
  cloud.simulated.converse = async (_id, command): Promise<Conversation> => {
    const { promise: ended, resolve } = Promise.withResolvers<number>();
    const [input, output, sizes] = [new PassThrough(), new PassThrough(), [] as TerminalSize[]];
    const exit = (code: number) => {
      output.end();
      resolve(code);
    };
    programs.push({ command, input, output, sizes, exit });
    return {
      input,
      output,
      ended,
      resize: async (size) => void sizes.push(size),
      end: () => exit(1),
    };
  };
  const ssm = cloud.clients.ssm(cloud.caller);
  const { Parameter: parameter } = await ssm.GetParameter({ Name: image });
  const { Instances: instances } = await cloud.clients.ec2(cloud.caller).RunInstances({
    ImageId: parameter!.Value,
    InstanceType: "t3.micro",
    MinCount: 1,
    MaxCount: 1,
  });
  await cloud.advance("3m");
  const server = await serve({
    host: "127.0.0.1",
    port: 0,
    wall: cloud.clock.wall,
    handler: (request) =>
      cloud.host
        .sites()
        .find((site) => site.matches(request))
        ?.handle(request) ?? { status: 404, headers: {} },
  });
  const local = (url: string | undefined) => {
    const { pathname, search } = new URL(url!);
    return `ws://127.0.0.1:${server.port}${pathname}${search}`;
  };
  try {
    await run({ cloud, target: instances![0]!.InstanceId!, programs, local });
  } finally {
    await server.close(0);
    await cloud.stop();
  }
}

async function until(holds: () => boolean) {
  while (!holds()) await new Promise(setImmediate);
}

test("a message is laid out as the plugin reads it", () => {
  const message = {
    type: "output_stream_data",
    sequence: 7,
    flags: 1,
    id: "00112233-4455-6677-8899-aabbccddeeff",
    payloadType: payloadType.output,
    payload: Buffer.from("hello"),
  };
  const bytes = encodeMessage(message, 1000);
  assert.equal(bytes.readUInt32BE(0), 116);
  assert.equal(bytes.toString("latin1", 4, 36), "output_stream_data".padEnd(32));
  assert.equal(bytes.toString("hex", 64, 80), "8899aabbccddeeff0011223344556677");
  assert.equal(
    bytes.toString("hex", 80, 112),
    "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
  );
  assert.equal(bytes.toString("latin1", 120), "hello");
  assert.deepEqual(decodeMessage(bytes), message);
  bytes[120]! ^= 1;
  assert.equal(decodeMessage(bytes), undefined);
});

test("a shell is typed at, resized and left", () =>
  withMachine(async ({ cloud, target, programs, local }) => {
    const ssm = cloud.clients.ssm(cloud.caller);
    const { StreamUrl, TokenValue, SessionId } = await ssm.StartSession({ Target: target });
    const plugin = await openPlugin(local(StreamUrl), TokenValue!);
    const { RequestedClientActions: actions } = await plugin.handshake;
    assert.deepEqual(actions, [
      {
        ActionType: "SessionType",
        ActionParameters: { SessionType: "Standard_Stream", Properties: {} },
      },
    ]);
    await until(() => programs.length === 1);
    const [program] = programs as [FakeProgram];
    program.output.write("$ ");
    await plugin.sees("$ ");
    plugin.send(payloadType.output, "echo", 1);
    // What was lost on the way to the sender comes twice.
    plugin.send(payloadType.output, "echo", 1);
    plugin.send(payloadType.size, JSON.stringify({ cols: 132, rows: 43 }), 3);
    plugin.send(payloadType.output, " hi\n", 2);
    await until(() => program.sizes.length === 1);
    assert.deepEqual(program.sizes, [{ columns: 132, rows: 43 }]);
    let typed = "";
    program.input.on("data", (piece: Buffer) => (typed += piece.toString()));
    await until(() => typed === "echo hi\n");
    const { Sessions: active } = await ssm.DescribeSessions({ State: "Active" });
    assert.deepEqual([active![0]!.SessionId, active![0]!.Status], [SessionId, "Connected"]);
    program.exit(0);
    assert.equal(await plugin.closed, "");
    await cloud.advance("1s");
    const { Sessions: past } = await ssm.DescribeSessions({ State: "History" });
    assert.equal(past![0]!.Status, "Terminated");
  }));

test("a session whose connection broke goes on where it was, with a new token", () =>
  withMachine(async ({ cloud, target, programs, local }) => {
    const ssm = cloud.clients.ssm(cloud.caller);
    const started = await ssm.StartSession({ Target: target });
    const first = await openPlugin(local(started.StreamUrl), started.TokenValue!);
    await until(() => programs.length === 1);
    programs[0]!.output.write("before ");
    await first.sees("before");
    first.drop();
    await until(() => programs[0]!.output.listenerCount("data") > 0);
    programs[0]!.output.write("meanwhile");
    const SessionId = started.SessionId;
    const resumed = await ssm.ResumeSession({ SessionId });
    assert.notEqual(resumed.TokenValue, started.TokenValue);
    // The handshake and "before " were acknowledged.
    const second = await openPlugin(local(resumed.StreamUrl), resumed.TokenValue!, { from: 3 });
    await second.sees("meanwhile");
    await ssm.TerminateSession({ SessionId });
    await second.closed;
    assert.equal((await ssm.ResumeSession({ SessionId })).TokenValue, undefined);
  }));

test("a wrong token opens nothing, and only machines that run can be reached", () =>
  withMachine(async ({ cloud, target, local }) => {
    const ssm = cloud.clients.ssm(cloud.caller);
    const { StreamUrl } = await ssm.StartSession({ Target: target });
    const socket = new WebSocket(local(StreamUrl));
    await once(socket, "open");
    socket.send(JSON.stringify({ TokenValue: "guessed" }));
    const [{ code }] = await once(socket, "close");
    assert.equal(code, 1008);
    await assert.rejects(ssm.StartSession({ Target: "i-0123456789abcdef0" }), {
      code: "TargetNotConnected",
      message: "i-0123456789abcdef0 is not connected.",
    });
    const { Status } = await ssm.GetConnectionStatus({ Target: target });
    assert.equal(Status, "connected");
  }));

/** A frame of the plugin's multiplexer. */
const frame = (kind: number, stream: number, data = "") => {
  const header = Buffer.from([1, kind, 0, 0, 0, 0, 0, 0]);
  header.writeUInt16LE(data.length, 2);
  header.writeUInt32LE(stream, 4);
  return Buffer.concat([header, Buffer.from(data)]);
};

test("a port is forwarded, each connection by itself", () =>
  withMachine(async ({ cloud, target, local }) => {
    const ssm = cloud.clients.ssm(cloud.caller);
    const server = createServer((socket) => {
      socket.on("data", (bytes) => socket.write(`you said ${String(bytes)}`));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    let asked = 0;
    cloud.simulated.reach = async (_id, port) => {
      asked = port;
      return { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
    };
    const { StreamUrl, TokenValue } = await ssm.StartSession({
      Target: target,
      DocumentName: "AWS-StartPortForwardingSession",
      Parameters: { portNumber: ["8080"], localPortNumber: ["9000"] },
    });
    const plugin: Plugin = await openPlugin(local(StreamUrl), TokenValue!);
    const { RequestedClientActions: actions } = await plugin.handshake;
    assert.deepEqual(actions, [
      {
        ActionType: "SessionType",
        ActionParameters: {
          SessionType: "Port",
          Properties: { portNumber: "8080", type: "LocalPortForwarding", localPortNumber: "9000" },
        },
      },
    ]);
    plugin.send(payloadType.output, Buffer.concat([frame(0, 3), frame(0, 5), frame(2, 3, "one")]));
    const late = frame(2, 5, "two");
    plugin.send(payloadType.output, late.subarray(0, 6));
    plugin.send(payloadType.output, late.subarray(6));
    await plugin.sees("you said one");
    await plugin.sees("you said two");
    assert.equal(asked, 8080);
    const text = plugin.output().toString("latin1");
    assert.ok(text.includes(frame(2, 5, "you said two").toString("latin1")));
    // Nobody listens there any more.
    const closed = once(server, "close");
    server.close();
    plugin.send(payloadType.output, Buffer.concat([frame(1, 3), frame(1, 5)]));
    await closed;
    plugin.send(payloadType.output, frame(0, 7));
    await until(() => plugin.flags.length > 0);
    assert.deepEqual(plugin.flags, [flag.connectToPortError]);
    plugin.send(payloadType.flag, Buffer.from([0, 0, 0, flag.terminateSession]));
    assert.equal(await plugin.closed, "");
  }));

test("a port of another host is reached from within the machine", () =>
  withMachine(async ({ cloud, target, programs, local }) => {
    const ssm = cloud.clients.ssm(cloud.caller);
    const { StreamUrl, TokenValue } = await ssm.StartSession({
      Target: target,
      DocumentName: "AWS-StartPortForwardingSessionToRemoteHost",
      Parameters: { host: ["db.internal"], portNumber: ["5432"] },
    });
    const plugin = await openPlugin(local(StreamUrl), TokenValue!);
    await plugin.handshake;
    plugin.send(payloadType.output, Buffer.concat([frame(0, 3), frame(2, 3, "ask")]));
    await until(() => programs.length === 1);
    const [{ command, input, output }] = programs as [FakeProgram];
    assert.deepEqual([command[0], ...command.slice(3)], ["node", "db.internal", "5432"]);
    output.write("+");
    let asked = "";
    input.on("data", (piece: Buffer) => (asked += piece.toString()));
    await until(() => asked === "ask");
    output.write("answer");
    await plugin.sees(frame(2, 3, "answer").toString("latin1"));
  }));

async function prefer(ssm: ReturnType<TestCloud["clients"]["ssm"]>, inputs: object) {
  await ssm.CreateDocument({
    Name: "SSM-SessionManagerRunShell",
    DocumentType: "Session",
    Content: JSON.stringify({ schemaVersion: "1.0", sessionType: "Standard_Stream", inputs }),
  });
}

test("what a shell printed is kept where the preferences say", () =>
  withMachine(async ({ cloud, target, programs, local }) => {
    const { caller, clients } = cloud;
    const ssm = clients.ssm(caller);
    await clients.s3(caller).CreateBucket({ Bucket: "sessions" });
    await clients.logs(caller).CreateLogGroup({ logGroupName: "/sessions" });
    await prefer(ssm, {
      s3BucketName: "sessions",
      s3KeyPrefix: "logs",
      cloudWatchLogGroupName: "/sessions",
      shellProfile: { linux: "cd /srv" },
    });
    const { StreamUrl, TokenValue, SessionId } = await ssm.StartSession({ Target: target });
    const plugin = await openPlugin(local(StreamUrl), TokenValue!);
    await until(() => programs.length === 1);
    const [program] = programs as [FakeProgram];
    program.output.write("$ cd /srv\r\n");
    await plugin.sees("/srv");
    program.exit(0);
    await plugin.closed;
    await cloud.advance("1s");
    const { events } = await clients.logs(caller).GetLogEvents({
      logGroupName: "/sessions",
      logStreamName: SessionId,
    });
    assert.deepEqual(
      events!.map(({ message }) => message),
      ["$ cd /srv"],
    );
    const { Contents: objects } = await clients.s3(caller).ListObjectsV2({ Bucket: "sessions" });
    assert.deepEqual(
      objects!.map(({ Key }) => Key),
      [`logs/${SessionId}.log`],
    );
  }));

test("preferences that cannot be met are refused by name", () =>
  withMachine(async ({ cloud, target }) => {
    const ssm = cloud.clients.ssm(cloud.caller);
    await prefer(ssm, { kmsKeyId: "alias/sessions", idleSessionTimeout: "5" });
    await assert.rejects(ssm.StartSession({ Target: target }), {
      message: /it does not support kmsKeyId in Session documents/,
    });
  }));
