import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startMachine } from "./testing/machine.ts";

/** Stands for Debian's programs: it offers and installs one package, `apache2`, and notes what was asked. */
const debian = `
mkdir -p /opt/debian && cd /opt/debian
cat > apt-get <<'END'
#!/bin/sh
echo "apt-get $*" >> /opt/debian/asked
case "$*" in *install*apache2*) touch /opt/debian/apache2; printf '#!/bin/sh\\necho "apachectl $*"' > /usr/sbin/apachectl; chmod +x /usr/sbin/apachectl ;; esac
END
printf '#!/bin/sh\\n[ "$2" = apache2 ]' > apt-cache
printf '#!/bin/sh\\n[ -e "/opt/debian/$3" ] && printf "install ok installed"' > dpkg-query
chmod +x apt-get apt-cache dpkg-query
`;

describe("packages of user data", () => {
  test("what a machine has is installed already, under both names of the program", async (t) => {
    const sh = await startMachine(t);
    if (!sh) return t.skip("this host does not let us");
    for (const program of ["dnf", "yum"]) {
      const { exitCode, stdout } = await sh(`${program} install -y aws-cfn-bootstrap sh`);
      assert.equal(exitCode, 0);
      assert.match(stdout, /^Package aws-cfn-bootstrap is already installed\.\nPackage sh is/);
      assert.match(stdout, /Nothing to do\.\nComplete!\n$/);
      assert.equal((await sh(`${program} update -y`)).exitCode, 0);
    }
  });

  test("what it lacks is installed by Debian's name and lies where Amazon Linux has it", async (t) => {
    const sh = await startMachine(t);
    if (!sh) return t.skip("this host does not let us");
    await sh(debian);
    const first = await sh(
      "PATH=$(echo $PATH | cut -d: -f1):/opt/debian:$PATH; yum -y install httpd",
    );
    assert.equal(first.exitCode, 0, first.stderr);
    assert.match(first.stdout, /Installed: httpd\nComplete!/);
    const { stdout } = await sh(
      "cat /opt/debian/asked; readlink /etc/httpd/conf.d; httpd -v; systemctl cat httpd | grep ExecStart",
    );
    assert.equal(
      stdout,
      "apt-get -qq -y --no-install-recommends install apache2\n/etc/apache2/conf-enabled\napachectl -v\nExecStart=/usr/sbin/apachectl -D FOREGROUND\n",
    );
  });

  test("what nobody offers is an error that says so, also for cfn-init", async (t) => {
    const sh = await startMachine(t);
    if (!sh) return t.skip("this host does not let us");
    await sh(debian);
    const path = "PATH=$(echo $PATH | cut -d: -f1):/opt/debian:$PATH";
    const { exitCode, stderr } = await sh(`${path}; dnf install -y sh nosuchthing`);
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /No match for argument: nosuchthing\nError: Unable to find a match: nosuchthing\nFogbank: /,
    );
    const init = JSON.stringify({
      "AWS::CloudFormation::Init": { config: { packages: { yum: { nosuchthing: [] } } } },
    });
    const built = await sh(`${path}; echo '${init}' > /tmp/init; cfn-init /tmp/init`);
    assert.equal(built.exitCode, 1);
    assert.match(built.stderr, /^Error occurred during build: Could not install yum packages: /);
  });

  test("what cannot be fetched is an error that says what to do", async (t) => {
    const sh = await startMachine(t);
    if (!sh) return t.skip("this host does not let us");
    await sh(debian);
    await sh(
      `printf '#!/bin/sh\\necho "E: Failed to fetch it" >&2; exit 100' > /opt/debian/apt-get`,
    );
    const { exitCode, stderr } = await sh(
      "PATH=$(echo $PATH | cut -d: -f1):/opt/debian:$PATH; yum -y install httpd",
    );
    assert.equal(exitCode, 100);
    assert.match(
      stderr,
      /^E: Failed to fetch it\nFogbank: apt-get could not install apache2 in this machine\. .*install them on the host/,
    );
  });

  test("the AWS CLI is there when it is called, and is told where its cloud is", async (t) => {
    const sh = await startMachine(t);
    if (!sh) return t.skip("this host does not let us");
    if ((await sh("PATH=/usr/local/bin:/usr/bin:/bin; command -v aws")).exitCode === 0)
      return t.skip("this host has the AWS CLI");
    await sh(debian);
    const guest = "PATH=$(echo $PATH | cut -d: -f1):/opt/debian:$PATH; export PATH";
    const lacking = await sh(`${guest}; cd /tmp; aws s3 ls`);
    assert.equal(lacking.exitCode, 127);
    assert.match(lacking.stderr, /^Fogbank: installing awscli, which this machine's host lacks\n/);
    assert.match(lacking.stderr, /aws: command not found\. Error: Unable to find a match: awscli/);
    const again = await sh(`${guest}; aws s3 ls`);
    assert.equal(again.exitCode, 127);
    assert.doesNotMatch(again.stderr, /installing/);
    await sh(
      `rm /tmp/.fogbank-without-aws; cd /opt/debian; printf '#!/bin/sh\\ntrue' > apt-cache; printf '#!/bin/sh\\nprintf "#!/bin/sh\\\\necho \\\\$* \\\\$AWS_EC2_METADATA_SERVICE_ENDPOINT" > /usr/local/bin/aws; chmod +x /usr/local/bin/aws' > apt-get`,
    );
    const { stdout } = await sh(`${guest}; export AWS_ENDPOINT_URL=http://127.0.0.1:1
      export AWS_EC2_METADATA_SERVICE_ENDPOINT=http://there:2
      aws s3 ls 2> /tmp/said; aws s3 ls; aws --endpoint-url=http://there s3 ls; AWS_ENDPOINT_URL_S3=http://s3 aws s3 ls; dnf install -y awscli`);
    assert.match(
      stdout,
      /^(--endpoint-url http:\/\/127.0.0.1:1 s3 ls http:\/\/there:2\/\n){2}--endpoint-url=http:\/\/there s3 ls http:\S+\ns3 ls http:\S+\nPackage awscli is already installed\./,
    );
  });

  test("AWS's CloudFormation programs are where pip puts them", async (t) => {
    const sh = await startMachine(t);
    if (!sh) return t.skip("this host does not let us");
    const url =
      "https://s3.amazonaws.com/cloudformation-examples/aws-cfn-bootstrap-py3-latest.tar.gz";
    const { exitCode, stdout, stderr } = await sh(
      `for pip in pip pip3 easy_install; do $pip ${url}; $pip install ${url}; done; /usr/local/bin/cfn-signal --help`,
    );
    assert.equal(stdout.split("\n")[0], `Requirement already satisfied: ${url}`);
    assert.equal(stdout.split(url).length, 7);
    assert.match(stderr, /^cfn-signal: /);
    assert.equal(exitCode, 1);
    const sought = await sh(
      "mkdir /tmp/bin; printf '#!/bin/sh\\necho \"$0 $*\"' > /tmp/bin/pip3; chmod +x /tmp/bin/pip3; PATH=$(echo $PATH | cut -d: -f1-2):/tmp/bin:$PATH; pip3 install flask",
    );
    assert.equal(sought.stdout, "/tmp/bin/pip3 install flask\n");
  });

  test("a machine without a root of its own installs nothing on its host", async (t) => {
    const sh = await startMachine(t, "directory");
    if (!sh) return t.skip("this host does not let us");
    const { exitCode, stderr } = await sh("dnf install -y apache2-that-is-not-there");
    assert.equal(exitCode, 1);
    assert.match(stderr, /needs is to be installed on the host/);
  });
});
